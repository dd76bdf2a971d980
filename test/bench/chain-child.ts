/** Child process of chain.ts: Postern's server with clamd, spam rules and content checks. Arguments: clamd's port, rules, site, base. */
import { startOurChain } from '../daemons/chain/our-chain.js';

const [clamdPort, rules = '', site = '', base = ''] = process.argv.slice(2);
const { port } = await startOurChain({ clamdPort: Number(clamdPort), rules, site, base });
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
