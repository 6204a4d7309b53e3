// The path of a request target (RFC 9112 §3.2), as the server behind it read it: query and parameters cut off,
// percent-escapes undone, repeated slashes merged. Mapping rules are matched against this.
//
// Whoever sends a request spells its target. `/static/..%2fapi/population/1` may be served as /api/population/1, and one
// server's reading of such a path is not another's; so what honest clients never send is given no reading at all.

/**
 * The path, or undefined if servers may read the target in more than one way: dot segments, escaped slashes, an escape
 * within an escape. `*` is the target of OPTIONS alone. Escapes that are not UTF-8 (GBK, say) stay as they are.
 */
export function readPath(target: string): string | undefined {
  if (target === '*') return target
  const [spelled = ''] = target.split(/[?#]/, 1)
  const raw = spelled.replace(/^https?:\/\/[^/]+/i, '') || '/'
  // %2F, %5C, %00 and %25 before two hex digits: undone by some servers, and by some twice.
  if (!raw.startsWith('/') || /%(?:2f|5c|00|25[0-9a-f]{2})/i.test(raw)) return undefined
  const decoded = raw.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeRun)
  if (decoded.includes('\\')) return undefined
  // `/page.do;jsessionid=1` is /page.do: servers that know no parameters find no such file.
  const segments = decoded.split('/').map(segment => segment.split(';', 1)[0] ?? '')
  if (segments.some(segment => segment === '.' || segment === '..')) return undefined
  return segments.join('/').replaceAll(/\/{2,}/g, '/')
}

function decodeRun(run: string): string {
  try {
    return decodeURIComponent(run)
  } catch {
    // Not UTF-8: only ASCII has one meaning in every encoding.
    return run.replaceAll(/%[2-7][0-9a-f]/gi, decodeURIComponent)
  }
}
