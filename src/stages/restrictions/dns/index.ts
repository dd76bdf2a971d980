/**
 * What restrictions ask of the DNS, as functions over the resolver port: lists of clients and domains and the replies to those
 * they name, domains that must exist, the hosts behind a domain, the client's name. No stage and no effect.
 */
export { clientName } from '../../../core/client-name.js';
export { askList, type ListAnswer } from './ask-list.js';
export { resolverOf } from './asking.js';
export {
  addressQuery,
  type BlockList,
  domainQuery,
  judgeAnswer,
  parseBlockList,
} from './block-list.js';
export { knownHeloHost, knownMailDomain } from './known-host.js';
export {
  DEFAULT_RBL_REPLY,
  parseRblReply,
  type RblClass,
  type RblFacts,
  rblReply,
  rblReplyTemplate,
} from './rbl-reply.js';
export { hostAddresses, type ServerType, serverHosts } from './servers.js';
export { parseTemplate, renderTemplate, type Template } from './template.js';
