/**
 * How far the list of hosts can be believed: from the last hop on, as long as each host is trusted (a network of ours, a client that
 * had logged in, or, where nothing is set, a private address), and everything behind a submission server (`msa_networks`).
 */
import type { ReceivedField } from './received-field.js';
import type { Relay } from './relay.js';
import type { TrustedNetworks } from './trusted-networks.js';

export interface Handovers {
  readonly trusted: readonly Relay[];
  readonly untrusted: readonly Relay[];
  readonly internal: readonly Relay[];
  readonly external: readonly Relay[];
  readonly unparseable: number;
  /** Index of the last field that a trusted or internal host wrote for such a one; -1: none. Counts fields that tell no relay. */
  readonly lastTrusted: number;
  readonly lastInternal: number;
}

interface State {
  trusted: Relay[];
  readonly untrusted: Relay[];
  internal: Relay[];
  external: Relay[];
  unparseable: number;
  lastTrusted: number;
  lastInternal: number;
  inTrusted: boolean;
  inInternal: boolean;
  behindMsa: boolean;
  /** A field of a program that fetches mail can be believed. */
  mayFetch: boolean;
  /** For the next field, told by the one before. */
  envFrom: string;
}

export function handovers(fields: readonly ReceivedField[], networks: TrustedNetworks): Handovers {
  const state: State = {
    trusted: [],
    untrusted: [],
    internal: [],
    external: [],
    unparseable: 0,
    lastTrusted: -1,
    lastInternal: -1,
    inTrusted: true,
    inInternal: true,
    behindMsa: false,
    mayFetch: true,
    envFrom: '',
  };
  for (const field of fields) step(state, field, networks);
  return state;
}

function step(state: State, field: ReceivedField, networks: TrustedNetworks): void {
  const told = state.envFrom;
  state.envFrom = '';
  if (field.kind === 'relay') {
    place(state, told === '' ? field.relay : { ...field.relay, envFrom: told }, networks);
    return;
  }
  if (field.kind === 'unparseable') state.unparseable++;
  if (field.kind === 'ignored') state.envFrom = field.envFrom ?? '';
  if (field.kind === 'fetched' && state.mayFetch) startAgain(state);
  if (state.inTrusted) state.lastTrusted++;
  if (state.inInternal) state.lastInternal++;
}

/** What is above a fetch from a mailbox tells nothing of the sender. */
function startAgain(state: State): void {
  state.trusted = [];
  state.internal = [];
  state.external = [];
}

function place(state: State, relay: Relay, networks: TrustedNetworks): void {
  const msa = state.inTrusted && !state.behindMsa && decide(state, relay, networks);
  const placed: Relay = { ...relay, internal: state.inInternal, msa };
  (state.inTrusted ? state.trusted : state.untrusted).push(placed);
  (state.inInternal ? state.internal : state.external).push(placed);
  if (state.inTrusted) state.lastTrusted++;
  if (state.inInternal) state.lastInternal++;
  state.mayFetch = state.inTrusted;
}

/** True: this host is a submission server of ours. */
function decide(state: State, relay: Relay, networks: TrustedNetworks): boolean {
  const loggedIn = relay.auth !== '';
  if (!networks.configured) {
    state.inTrusted = relay.ipPrivate || loggedIn;
    state.inInternal = state.inTrusted;
    return false;
  }
  if (!loggedIn && !networks.trusted(relay.ip)) {
    state.inTrusted = false;
    state.inInternal = false;
    return false;
  }
  if (!loggedIn && !networks.internal(relay.ip)) state.inInternal = false;
  state.behindMsa = networks.msa(relay.ip);
  return state.behindMsa;
}
