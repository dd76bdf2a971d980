export type { RoutedDestination, RoutingFinding } from './conclude.js';
export type { RouteOptions, TableName } from './options.js';
export type { AddressClass, RoutingStep } from './resolve.js';
export { type RouteStage, route, routingFinding } from './route.js';
