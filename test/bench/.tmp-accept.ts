import { benchSmtpAccept } from './smtp-accept.js';
console.log(await benchSmtpAccept({ rounds: 3, ms: 1500 }));
