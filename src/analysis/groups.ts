// Lists by key: the one way analysis gathers things that belong together.

/** Appends `value` to the list of `key`, made at the first call. */
export function addTo<Key, Value>(groups: Map<Key, Value[]>, key: Key, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
