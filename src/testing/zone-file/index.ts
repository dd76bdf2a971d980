export { type ReadZoneOptions, readZone, type ZoneText } from './read-zone.js';
