/**
 * Which names are worth a question (RFC 1035 section 2.3.4). What cannot stand in a zone would be cut off by C code (NUL), read
 * as an escape (backslash), or taken for the root (the empty name, which may even be answered).
 */

/** Why no such name can exist; undefined for a name that may. Takes A-labels, without final dot. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (name.length > 253) return 'a name has at most 253 octets';
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      if (label === 0) return 'a label is empty';
      label = 0;
    } else if (code <= 0x20 || code >= 0x7f || code === 0x5c) {
      return 'a name is printable ASCII without blanks and backslashes';
    } else if (++label > 63) {
      return 'a label has at most 63 octets';
    }
  }
  return label === 0 ? 'a label is empty' : undefined;
}
