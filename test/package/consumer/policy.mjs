import { definePolicy, headerChecks, pcreTable } from 'postern';

export default definePolicy({
  message: [headerChecks(pcreTable('/^Subject:.*free money/ REJECT No thanks', { file: 'header_checks' }))],
});
