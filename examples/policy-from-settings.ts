/**
 * A policy put together at run time: what the compiler cannot see is checked at construction, with the same sentences.
 * Run: npm run build:js && npx tsx examples/policy-from-settings.ts
 */
import { type AnyStage, bodyChecks, definePolicy, isConfigurationError, sizeLimit } from 'postern';

const settings = { maxBytes: 1_000_000, forbidden: ['BEGIN-CHAIN-LETTER'] };

const stages: AnyStage[] = [sizeLimit({ maxBytes: settings.maxBytes })];
for (const word of settings.forbidden)
  stages.push(bodyChecks({ pcre: `/^${word}/ REJECT No chain letters`, file: 'settings' }));

const policy = definePolicy({ message: stages });
for (const { phase, stages: described } of policy.describe().phases) {
  console.log(phase, described.map((stage) => stage.name).join(', '));
}

try {
  definePolicy({ rcpt: stages });
} catch (error) {
  if (isConfigurationError(error)) console.log(error.message);
}

// Prints:
// message sizeLimit, bodyChecks
// stage "sizeLimit" reads the message, which "rcpt" does not have: move it to "message" or later
// stage "bodyChecks" reads the message, which "rcpt" does not have: move it to "message" or later
