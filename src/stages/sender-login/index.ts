export {
  type SenderLoginFinding,
  type SenderLoginOptions,
  type SenderLoginStage,
  senderLogin,
  senderLoginFinding,
} from './sender-login.js';
