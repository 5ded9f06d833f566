// Attribute bags: what SD calls "keyword value" pairs, for every class of object.
// Promise: an attribute keeps its spelling and its order of arrival; unknown (vendor-defined) keywords are kept like known ones.
// Must not: know which keywords exist (definition/keywords.ts does) or do I/O.

/** One value, or the values of a list keyword (contents, ancestor, category_tag ...). Booleans and numbers stay text, as in SD. */
export type AttributeValue = string | readonly string[];

/** Keyword → value. Plain JSON. Build it with `attributesOf` so that a keyword such as `__proto__` is only a keyword. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Builds a bag from pairs; a later pair of the same keyword wins. */
export function attributesOf(pairs: Iterable<readonly [string, AttributeValue]>): Attributes {
  return Object.fromEntries(pairs);
}

// What an object inherits (`constructor`, `__proto__` ...) is neither text nor list, so one look tells own values from the rest.

/** The value as one text: '' when absent, list values joined by one blank. */
export function text(attributes: Attributes, keyword: string): string {
  const value = attributes[keyword];
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(' ') : '';
}

/** The value as a list: empty when absent, a single text becomes a list of one. */
export function list(attributes: Attributes, keyword: string): readonly string[] {
  const value = attributes[keyword];
  if (Array.isArray(value)) return value;
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** True only for `true` in any case (swbis writes `True`); absent is false. */
export function flag(attributes: Attributes, keyword: string): boolean {
  return text(attributes, keyword).toLowerCase() === 'true';
}

/** The same bag with some keywords set; a value of `undefined` drops the keyword. */
export function withAttributes(
  attributes: Attributes,
  changes: Record<string, AttributeValue | undefined>,
): Attributes {
  const result = new Map<string, AttributeValue>(Object.entries(attributes));
  for (const [keyword, value] of Object.entries(changes)) {
    if (value === undefined) result.delete(keyword);
    else result.set(keyword, value);
  }
  return attributesOf(result);
}
