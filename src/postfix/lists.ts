/**
 * Lists in main.cf: elements between commas and white space; `{...}` holds one element together (postconf(5)). Linear.
 */

export function splitList(text: string): readonly string[] {
  const out: string[] = [];
  let start = -1;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text.charAt(at);
    if (character === '{') depth++;
    if (character === '}' && depth > 0) depth--;
    const separates = at === text.length || (depth === 0 && /[\s,]/.test(character));
    if (separates && start >= 0) out.push(text.slice(start, at));
    if (separates) start = -1;
    else if (start < 0) start = at;
  }
  return out;
}
