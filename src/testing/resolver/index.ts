/** For tests: a resolver in memory from plain data, and the suite that every resolver must pass. No Node module, no framework. */
export type { Zone, ZoneFault, ZoneMx, ZoneRecords, ZoneType } from '../ports/zone.js';
export { type ZoneResolver, zoneResolver } from '../ports/zone-resolver.js';
export { type ReadZoneOptions, readZone, type ZoneText } from '../zone-file/index.js';
export { type ResolverConformance, resolverConformance } from './conformance.js';
