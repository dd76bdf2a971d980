import { definePolicy, defineStage, discard } from 'postern';

export const drop = defineStage({ name: 'drop', at: 'mail', run: () => discard('access') });
export const policy = definePolicy({ mail: [drop] });
