/**
 * The keywords that a line may begin with (Mail::SpamAssassin::Conf(3) and the manual pages of its plugins). Lines that are no
 * rules are kept as settings for whoever knows them; most are for nobody here (learning, reports, other programs).
 */
import type { DefinitionKeyword } from './definition.js';

/** What says something of a rule, or is one. */
export type RuleKeyword =
  | DefinitionKeyword
  | 'score'
  | 'describe'
  | 'tflags'
  | 'priority'
  | 'shortcircuit'
  | 'replace_rules';

const ruleKeywords: ReadonlySet<string> = new Set<RuleKeyword>([
  'header',
  'body',
  'rawbody',
  'full',
  'uri',
  'mimeheader',
  'uri_detail',
  'meta',
  'askdns',
  'score',
  'describe',
  'tflags',
  'priority',
  'shortcircuit',
  'replace_rules',
]);

export function isRuleKeyword(keyword: string): keyword is RuleKeyword {
  return ruleKeywords.has(keyword);
}

const aboutRules: ReadonlySet<string> = new Set<RuleKeyword>([
  'score',
  'describe',
  'tflags',
  'priority',
  'shortcircuit',
  'replace_rules',
]);

/** Of lines that are rules. */
export function isDefinition(keyword: string): boolean {
  return ruleKeywords.has(keyword) && !aboutRules.has(keyword);
}

const settings: ReadonlySet<string> = new Set(
  `add_header all_spam_to allow_user_rules always_trust_envelope_sender blocklist_from blocklist_to blocklist_uri_host
  body_part_scan_size clear_dns_query_restriction clear_dns_servers clear_headers clear_internal_networks clear_msa_networks
  clear_originating_ip_headers clear_report_template clear_trusted_networks clear_unsafe_report_template clear_util_rb country_db_path
  country_db_type def_welcomelist_auth def_welcomelist_from_rcvd delist_uri_host dns_available dns_block_rule dns_block_time
  dns_local_ports_avoid dns_local_ports_none dns_local_ports_permit dns_options dns_query_restriction dns_server dns_test_interval
  enlist_addrlist enlist_uri_host envelope_sender_header fold_headers geodb_module geodb_options geodb_search_path
  ignore_always_matching_regexps internal_networks lock_method mbox_format_from_regex more_spam_to msa_networks normalize_charset
  ok_languages ok_locales originating_ip_headers parse_dkim_uris rawbody_part_scan_size rbl_timeout redirector_pattern
  remove_header report report_charset report_contact report_hostname report_safe report_safe_copy_headers report_wrap_width
  required_score reuse rewrite_header skip_rbl_checks subjprefix test time_limit trusted_networks unblocklist_from unsafe_report
  unwelcomelist_auth unwelcomelist_from unwelcomelist_from_rcvd uri_country_db_isp_path uri_country_db_path use_bayes use_bayes_rules
  use_learner user_scores_dsn user_scores_fallback_to_global user_scores_ldap_password user_scores_ldap_username
  user_scores_sql_custom_query user_scores_sql_password user_scores_sql_username util_rb_2tld util_rb_3tld util_rb_tld version_tag
  welcomelist_allows_relays welcomelist_auth welcomelist_from welcomelist_from_rcvd welcomelist_to welcomelist_uri_host
  asn_lookup asn_lookup_ipv6 asn_prefer_geodb asn_prefix asn_use_dns asn_use_geodb clear_asn_lookups
  use_auto_welcomelist user_awl_dsn user_awl_sql_override_username user_awl_sql_password user_awl_sql_table user_awl_sql_username
  authres_ignored_authserv authres_networks authres_trusted_authserv
  use_dcc use_dcc_rep dccifd_options
  adsp_override def_welcomelist_from_dkim dkim_minimum_key_bits dkim_timeout unwelcomelist_from_dkim welcomelist_from_dkim
  dmarc_save_reports rbl_headers
  clear_url_shortener max_short_url_redirections max_short_urls url_shortener
  inactive_languages run_reuse_tests_only
  replace_end replace_inter replace_post replace_pre replace_start replace_tag
  use_pyzor use_razor2 use_txrep
  def_welcomelist_from_spf do_not_use_mail_spf do_not_use_mail_spf_query ignore_received_spf_header spf_timeout
  unwelcomelist_from_spf use_newest_received_spf_header welcomelist_from_spf
  clear_uridnsbl_skip_domain skip_uribl_checks uridnsbl uridnssub urifullnsrhsbl urifullnsrhssub urinsrhsbl urinsrhssub urirhsbl urirhssub
  uri_block_cc uri_block_cidr uri_block_cont uri_block_exclude uri_block_isp
  trigger_config trigger_ratio trigger_target
  welcomelist_bounce_relays blocklist_subject welcomelist_subject
  shortcircuit_ham_score shortcircuit_max_spam_score shortcircuit_min_ham_score shortcircuit_spam_score`.split(/\s+/),
);

/** Families, by their beginning. */
const families: readonly string[] = [
  'bayes_',
  'auto_welcomelist_',
  'dcc_',
  'extracttext_',
  'fns_',
  'freemail_',
  'hashbl_',
  'olemacro_',
  'phishing_',
  'pyzor_',
  'razor_',
  'resource_limit_',
  'spamcop_',
  'textcat_',
  'txrep_',
  'uridnsbl_',
  'url_shortener_',
];

const aliases: ReadonlyMap<string, string> = new Map([
  ['required_hits', 'required_score'],
  ['clear_dns_query_restrictions', 'clear_dns_query_restriction'],
]);

/** The name that settings are kept under: lower case, `-` as `_`, old names as new ones. */
export function settingName(keyword: string): string {
  const modern = keyword.replaceAll('whitelist', 'welcomelist').replaceAll('blacklist', 'blocklist');
  return aliases.get(modern) ?? modern;
}

export function isSetting(name: string): boolean {
  return settings.has(name) || families.some((family) => name.startsWith(family));
}
