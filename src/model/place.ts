// Places as people write them and as messages show them: a path on a host, or an address on the web.

/** True for the address of a depot on the web. */
export function isWebLocation(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/** How messages name a place: `host:/path`; an address on the web is whole by itself. */
export function placeOf(host: string, location: string): string {
  return isWebLocation(location) ? withoutLogin(location) : `${host}:${location}`;
}

/** An address without the name and password that may stand in it. */
export function withoutLogin(location: string): string {
  return isWebLocation(location) ? location.replace(/^(https?:\/\/)[^/]*@/i, '$1') : location;
}
