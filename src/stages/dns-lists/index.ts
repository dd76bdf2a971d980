export { type DnsListsStage, dnsLists } from './dns-lists.js';
export { type DomainListsStage, domainLists } from './domain-lists.js';
export type { DnsList, DnsListsOptions, DomainListsOptions, ListAnswer } from './options.js';
