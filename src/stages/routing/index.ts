export { type BccOptions, type BccStage, bcc } from './bcc.js';
export type { RoutedDestination, RoutingFinding } from './conclude.js';
export type {
  AddressClass,
  ExpansionSource,
  ExtensionSource,
  RouteOptions,
  TableName as RoutingTableName,
} from './options.js';
export type { AskTable, RoutingStep } from './questions.js';
export { type RouteStage, route, routingFinding } from './route.js';
export { addressResolver, recipientValidator } from './validator.js';
