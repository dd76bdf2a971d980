/**
 * Names as questions to the DNS: which of them may be asked for, and how one is written where characters must not be what they
 * are (RFC 1035 section 5.1). A label takes any octet, hosts alone are told to have letters, digits and hyphens (RFC 2181 section 11).
 * Here a name is ASCII, a dot parts labels, and a label has neither dot nor NUL. Not for domains of mail: see domain.ts.
 */

/** Why no such name can exist; undefined for a name that may. Takes A-labels, without final dot. Linear in 253 octets. */
export function dnsNameFault(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  // With the lengths of the labels that is 255 octets (RFC 1035 section 2.3.4).
  if (name.length > 253) return 'a name has at most 253 octets';
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      if (label === 0) return 'a label is empty';
      label = 0;
    } else if (code === 0 || code > 0x7f) {
      return 'a name is ASCII without NUL';
    } else if (++label > 63) {
      return 'a label has at most 63 octets';
    }
  }
  return label === 0 ? 'a label is empty' : undefined;
}

/** The name for logs and keys, one text for each name: blanks and controls as `\032`, a backslash as `\\`. */
export function shownDnsName(name: string): string {
  return name.split('.').map(shownLabel).join('.');
}

/** A label of octets (Latin-1), a dot inside of it as `\.`. */
export function shownLabel(label: string): string {
  if (/^[!--/-[\]-~]*$/.test(label)) return label;
  return label.replace(/[^!-~]|[.\\]/g, (one) =>
    one === '.' || one === '\\' ? `\\${one}` : `\\${String(one.charCodeAt(0)).padStart(3, '0')}`,
  );
}

/**
 * The name that was written so, `\X` for any character; undefined for what a name here cannot have: a dot inside of a label, octets
 * beyond ASCII, NUL. Its lengths are not looked at.
 */
export function unshownDnsName(text: string): string | undefined {
  let good = true;
  const name = text.replace(/\\(?:([0-9]{3})|(.?))/gs, (_all, octet?: string, one = '') => {
    const code = octet === undefined ? one.charCodeAt(0) : Number(octet);
    good &&= code > 0 && code <= 0x7f && code !== 0x2e;
    return String.fromCharCode(code);
  });
  return good ? name : undefined;
}
