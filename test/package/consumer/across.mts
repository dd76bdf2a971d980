import type { Policy } from 'postern';
import { policy } from './consumer.cjs';

export const wide: Policy = policy;
