//= Type '"continue"' is not assignable to type
import { staticTable } from '../../../src/index.js';
import { senderLogin } from '../../../src/stages/sender-login/index.js';

senderLogin({ owners: staticTable('alice'), /*!*/ cannotTell: 'continue' });
