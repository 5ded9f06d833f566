// Where a product's files land when `,l=` moves it (commands.md 2.1): analysis judges the same paths that execution places.

/** Maps paths at or below the product's `directory` to its location; other paths, and all with location `/` or '', stay. */
export function relocation(directory: string, location: string): (path: string) => string {
  const from = directory.replace(/\/+$/, '');
  const to = location.replace(/\/+$/, '');
  if (from === to || to === '') return (path) => path;
  return (path) => {
    if (path === from) return to;
    return path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
  };
}
