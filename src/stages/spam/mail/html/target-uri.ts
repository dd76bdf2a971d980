/**
 * References resolved against a base (RFC 3986 section 5.2), as SpamAssassin does: a reference of the base's own scheme counts as
 * relative, one without a scheme whose host begins with `www.` or `ftp.` gets it. Linear.
 */

interface UriParts {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

export function targetUri(base: string, reference: string): string {
  const found = parse(reference);
  return recompose(resolve(parse(base), found), found.fragment);
}

/** RFC 3986 appendix B. */
function parse(uri: string): UriParts {
  const hash = uri.indexOf('#');
  const front = hash < 0 ? uri : uri.slice(0, hash);
  const mark = front.indexOf('?');
  const query = mark < 0 ? undefined : front.slice(mark + 1);
  let path = mark < 0 ? front : front.slice(0, mark);
  const scheme = /^([^:/]+):/.exec(path)?.[1];
  if (scheme !== undefined) path = path.slice(scheme.length + 1);
  let authority: string | undefined;
  if (path.startsWith('//')) {
    const slash = path.indexOf('/', 2);
    authority = path.slice(2, slash < 0 ? undefined : slash);
    path = slash < 0 ? '' : path.slice(slash);
  }
  const fragment = hash < 0 ? undefined : (uri.slice(hash + 1).split('\n', 1)[0] as string);
  return { scheme, authority, path, query, fragment };
}

function resolve(base: UriParts, found: UriParts): UriParts {
  const { fragment } = found;
  const ownScheme = found.scheme === base.scheme ? undefined : found.scheme;
  const path = withoutDots(found.path);
  if (ownScheme !== undefined) return { ...found, path };
  if (found.authority !== undefined) return { ...found, scheme: base.scheme, path };
  if (found.path === '') return { ...base, query: found.query ?? base.query, fragment };
  const whole = found.path.startsWith('/') ? path : withoutDots(merge(base, found.path));
  return { scheme: base.scheme, authority: base.authority, path: whole, query: found.query, fragment };
}

function merge(base: UriParts, path: string): string {
  if (base.authority !== undefined && (base.path === '' || base.path === '0')) return `/${path}`;
  return base.path.slice(0, base.path.lastIndexOf('/') + 1) + path;
}

/** RFC 3986 section 5.2.4. */
function withoutDots(path: string): string {
  const rest = path.replace(/^\.\.?\//, '/');
  if (rest === '0') return '';
  const out: string[] = [];
  let at = 0;
  while (at < rest.length) {
    const slash = rest.indexOf('/', at + 1);
    const end = slash < 0 ? rest.length : slash;
    const segment = rest.slice(at, end);
    if (segment === '/.' || segment === '/..') {
      if (segment === '/..') out.pop();
      if (slash < 0) out.push('/');
    } else {
      out.push(segment);
    }
    at = end;
  }
  return out.join('');
}

function recompose(uri: UriParts, fragment: string | undefined): string {
  const { scheme, authority, query } = uri;
  let result = scheme !== undefined && scheme !== '0' ? `${scheme}:` : schemeByHost(authority);
  if (authority !== undefined) result += `//${authority}`;
  result += uri.path;
  if (query !== undefined) result += `?${query}`;
  return fragment === undefined ? result : `${result}#${fragment}`;
}

/** What mail programs make of `//www.example.com/`. */
function schemeByHost(authority: string | undefined): string {
  if (authority === undefined) return '';
  if (/^www\d*\./i.test(authority)) return 'http:';
  return /^ftp\d*\./i.test(authority) ? 'ftp:' : '';
}
