#!/bin/sh
# Installs the daemons that test:daemons compares with, on Debian 12, as root. Quiet and quick when all are there.
# Nothing is started: every test runs a private instance below a temporary folder.
set -eu
# util-linux and mount put a private instance into namespaces of its own.
packages='postfix postfix-pcre postfix-lmdb postfix-cdb unbound util-linux mount'
# Virus and spam: the scanner with its command-line sibling, the two scorers, and what stands between them and Postfix.
packages="$packages clamav clamav-daemon spamassassin spamd spamc amavisd-new rspamd"
# Directories: Samba as a domain controller (about 85 MB, the greater part of these), OpenLDAP with its tools, Postfix's side of it.
packages="$packages samba samba-ad-provision samba-dsdb-modules samba-vfs-modules ldb-tools slapd ldap-utils postfix-ldap"
# Logins: saslauthd, and Courier IMAP, which excludes dovecot-imapd: apt takes away whichever is there.
packages="$packages sasl2-bin libsasl2-modules courier-imap courier-authdaemon openssl"
missing=''
for package in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] || { echo "install.sh: not root, and missing:$missing" >&2; exit 1; }

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
own_policy=''
trap 'rm -f "$log"; [ -z "$own_policy" ] || rm -f /usr/sbin/policy-rc.d' EXIT
if [ ! -e /usr/sbin/policy-rc.d ]; then
  own_policy=1
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
# Without an answer the package would ask what kind of mail server to set up. A bare image may be without debconf's tools:
# then the question has its default, and no configuration is ever used but our own.
if command -v debconf-set-selections > /dev/null; then
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  # No tree and no password of its own.
  echo 'slapd slapd/no_configuration boolean true' | debconf-set-selections
fi
install_all() {
  # shellcheck disable=SC2086
  apt-get -q -o DPkg::Lock::Timeout=900 -y --no-install-recommends install $missing > "$log" 2>&1
}
# A bare machine may have no package lists, or old ones.
install_all || { apt-get -q -o DPkg::Lock::Timeout=900 update > "$log" 2>&1 && install_all; } || { cat "$log" >&2; exit 1; }
echo "installed:$missing"
