/** The cryptography of DKIM and ARC by the package `mailauth`, in worker threads with a deadline. */
export { type Mailauth, mailauth } from './mailauth.js';
export type { MailauthOptions } from './settings.js';
