/** Help texts, and what they promise: options, exit statuses. */

const policyPart = `  --config FILE       an ESM module whose default export (or "policy") is a policy, or a function that returns one
  --postfix DIR       a Postfix configuration folder (main.cf and its maps)
  --accounts WHO      with --postfix: whose accounts unix:passwd.byname means, which is Postfix's default of
                      local_recipient_maps: system (this machine's), none, or a passwd file; default: system for a
                      folder below /etc or /usr/local/etc, else none
  --trusted TYPE:FILE with --postfix: patterns of this pcre or regexp table that no linear-time engine can run are run
                      in a worker with a deadline, and not refused; may be given several times
  --json              plain data instead of text`;

const sessionPart = `  --client-ip IP      address of the peer
  --client-name NAME  its verified host name; default: not looked up
  --helo NAME         name given in HELO or EHLO; default: none given
  --mail-from ADDR    reverse-path; '<>' for the null path
  --rcpt-to ADDR      recipient; may be given several times
  --login NAME        the peer has logged in by this name
  --tls               the connection is under TLS
  --server-name NAME  our own name; default: myhostname of Postfix, else localhost
  --no-dns            with --postfix: ask no name server, and go on as if none had answered
  --no-policy-service with --postfix: leave out check_policy_service
  --service NAME      with --postfix: the smtpd service of master.cf, by name or port (submission, 2525); default: the
                      one on port 25, else the first`;

const statusPart = `Exit status: 0 done, 64 wrong usage, 65 a message that cannot be evaluated, 66 a message file that cannot be read,
70 a bug, 78 a wrong configuration (every error as "file:line: message: construct" on standard error; with --json also
{"ok":false,"problems":[{code,message,source,construct}]} on standard output).`;

export const mainHelp: string = `postern: run a mail policy over mail and say why

  postern explain FILE.eml --client-ip IP --helo NAME --mail-from ADDR --rcpt-to ADDR ... POLICY [--json]
  postern batch PATH ... POLICY [--client-ip IP ...] [--json]
  postern check POLICY [--json]
  postern describe POLICY [--json]
  postern query TYPE:FILE ... KEY|-
  postern spf --client-ip IP --mail-from ADDR --helo NAME [--zone FILE] [--json]
  postern score [--rules DIR] [--site DIR] [--json] [--all] [--skipped] FILE ...
  postern COMMAND --help
  postern --version

POLICY is one of:
${policyPart.split('\n').slice(0, 2).join('\n')}

${statusPart}
`;

export const explainHelp: string = `postern explain FILE.eml: why was this message accepted, refused, or sent where

Evaluates every phase with all details, delivers nothing, and prints what became of each recipient and the whole trace.
With --postfix, restrictions that ask the DNS or a policy service do ask it; --no-dns and --no-policy-service leave
them out. Tables of the type ldap ask the servers that they name. The first line names the service of master.cf whose
restrictions they are.
FILE.eml may be "-" for standard input. The status is 0 when the message could be evaluated, whatever was decided.

${policyPart}
${sessionPart}
  --no-durations      leave out times, so that two runs print the same

Needed: a policy, --client-ip, --mail-from, --rcpt-to.

${statusPart}
`;

export const batchHelp: string = `postern batch PATH ...: run a policy over stored mail

PATH is a message file, an mbox (its first line begins with "From "), a Maildir, or a folder of .eml files. Prints one
line a message: where, decision, deciding stage and rule, reply, separated by tabs. Sender and recipient are read from
the From_ line or Return-Path and from X-Original-To or Delivered-To where they are not given; where they are not
there either, that message fails by name and the run goes on. Without --client-ip the mail came from this host.

${policyPart.replace('plain data instead of text', 'one JSON object a line')}
${sessionPart}
  --mboxrd            mboxes are mboxrd: take one ">" off lines that begin with ">From ", ">>From " ...
  --concurrency N     messages under way at once; default 1

${statusPart}
`;

export const checkHelp: string = `postern check: is the configuration right

Prints "ok", and for a Postfix configuration every parameter of main.cf and of -o in master.cf: honoured, irrelevant
here, unknown to Postfix, or NOT honoured with what that means. One that is NOT honoured and guards security (who may
send, relay or log in, what is refused or encrypted) makes the status 1, unless it is allowed. What is odd is told on
standard error. Where the configuration is wrong, all rows are printed too, and the errors behind them.

${policyPart}
  --allow NAME        this parameter need not be honoured; may be given several times

Status 1: something that guards security is not honoured.
${statusPart}
`;

export const describeHelp: string = `postern describe: what a policy is made of, and what happens when something does not answer

${policyPart}

${statusPart}
`;

export const queryHelp: string = `postern query TYPE:FILE ... KEY|-: what a look-up table says, as "postmap -q" does

Prints the value of KEY. With "-" each line of standard input is a key, and "key<TAB>value" is printed for each that
is found. Of several tables the first that has the key counts. Tables are read from their source text, never from a
database file: hash, btree, lmdb, cdb, dbm, texthash, pcre, regexp, cidr, static, inline, unionmap, pipemap, randmap,
fail. ldap:/FILE asks the servers that FILE names (ldap_table(5)) and needs the package ldapts; ldap:NAME asks those of
NAME_server_host in main.cf of --postfix. A name without a type is hash. A table with errors answers nothing: all of
them are told.

  -h, --header        standard input is a message: each header field is a key
  -b, --body          standard input is a message: each line of its body is a key
  -m, --mime          with -h and -b, follow its MIME structure, as header_checks and body_checks do
  -f, --no-fold       letter case counts in keys of indexed and inline tables
  --aliases           indexed tables are written as aliases(5): "name: value"
  -c, --postfix DIR   relative paths, and those below /etc/postfix, mean this folder; default: the current one
  --accounts WHO      what unix:passwd.byname means: system (default), none, or a passwd file
  --trusted TYPE:FILE patterns of this table that no linear-time engine can run are run in a worker with a deadline,
                      and not refused; may be given several times

Exit status: 0 found, 1 not found, 64 wrong usage, 65 a message over the limit, 70 a bug, 75 a table could not tell,
78 a table that cannot be read (every error as "file:line: message: construct" on standard error). With "-": 0 when any
key was found.
`;

export const spfHelp: string = `postern spf: what SPF says of a client, and why (RFC 7208)

Prints the result, the mechanism that matched, the explanation of a fail, and the Received-SPF field. Of --mail-from the
domain is checked; without it the name of --helo; of the null path, '<>', the name of --helo too, as RFC 7208 section 2.4 has it.

  --client-ip IP      address of the client
  --mail-from ADDR    reverse-path; '<>' for the null path
  --helo NAME         name given in HELO or EHLO
  --receiver NAME     our own name, for the field and the macro %{r}; default: unknown
  --zone FILE         ask this zone file, and not the DNS: an RFC 1035 master file, or JSON (names not in it do not exist):
                      {"example.com": {"A": ["192.0.2.1"], "MX": [{"preference": 10, "exchange": "mx.example.com"}],
                      "TXT": ["v=spf1 mx -all"]}, "slow.example.com": "TIMEOUT", "broken.example.com": "SERVFAIL"}
  --time-limit SEC    for all questions together; then temperror; default 20
  --json              one JSON object: result, mechanism, explanation, receivedSpf, problem, identity, domain, sender,
                      mechanismDomain, lookups, voidLookups, unanswered (questions of ptr, %{p} and exp= that nobody
                      answered: such a ptr does not match, by RFC 7208); null where there is nothing

Needed: --client-ip, and --mail-from or --helo.

Exit status: 0 an answer, permerror and fail too; 64 wrong usage, 66 a zone file that cannot be read, 70 a bug, 75 temperror: the
DNS could not tell, 78 a zone file with errors (every error as "file:line: message: construct" on standard error).
`;

export const scoreHelp: string = `postern score FILE ...: how much messages look like spam by SpamAssassin's rules, and which rules say so

Runs the rules here, without SpamAssassin, and asks nobody: rules that need the DNS are off. FILE may be "-" for
standard input. Prints points and required points, then a rule a line with its points and description.

  --rules DIR         the rules of the distribution or of sa-update; default: /var/lib/spamassassin/4.000001 where it
                      exists, else /usr/share/spamassassin
  --site DIR          the site's own files, which load the plugins; default: /etc/spamassassin
  --all               rules too that give no points by themselves
  --skipped           print the rules that cannot be run here, each with its reason, and how many are passed over since
                      their plugin is not loaded; FILE may then be left out. Without it standard error says how many
  --json              one JSON object a message: file, score, required, spam, hits ({name, score, description}),
                      subRules (with --all), incomplete (what limits left out)

Exit status: 0 done, spam too; 64 wrong usage, 65 a message over the limits, 66 a file that cannot be read, 70 a bug, 78
rule files with errors (every error as "file:line: message: construct" on standard error).
`;
