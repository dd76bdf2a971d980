//= stage "senderLogin" reads the sender, which "connect" does not have: move it to "mail" or later
import { definePolicy, staticTable } from '../../../src/index.js';
import { senderLogin } from '../../../src/stages/sender-login/index.js';

definePolicy({ connect: [/*!*/ senderLogin({ owners: staticTable('alice') })] });
