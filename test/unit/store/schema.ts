// A validator for the part of JSON Schema that ipd/schema.json uses. An unknown word in a schema is an error, so that none is ignored.

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(['$schema', 'title', '$defs']);

/** All complaints about `value`, each with its place; none when it is valid. */
export function validate(root: Schema, schema: Schema, value: unknown, at = '$'): string[] {
  return Object.keys(schema).flatMap((word) => {
    if (ANNOTATIONS.has(word)) return [];
    const check = CHECKS[word];
    if (check === undefined) throw new Error(`schema word ${word} is not known`);
    return check(root, schema, value, at);
  });
}

type Check = (root: Schema, schema: Schema, value: unknown, at: string) => string[];

const bad = (at: string, value: unknown, should: unknown) => [
  `${at}: ${JSON.stringify(value)} is not ${JSON.stringify(should)}`,
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  null: (value) => value === null,
  object: isObject,
};

const CHECKS: Record<string, Check> = {
  $ref: (root, { $ref }, value, at) => {
    const name = String($ref).replace('#/$defs/', '');
    return validate(root, (root.$defs as Record<string, Schema>)[name]!, value, at);
  },
  const: (_, schema, value, at) => (value === schema.const ? [] : bad(at, value, schema.const)),
  enum: (_, schema, value, at) => ((schema.enum as unknown[]).includes(value) ? [] : bad(at, value, schema.enum)),
  type: (_, { type }, value, at) => (TYPES[String(type)]!(value) ? [] : bad(at, value, type)),
  pattern: (_, { pattern }, value, at) =>
    new RegExp(String(pattern)).test(String(value)) ? [] : bad(at, value, pattern),
  minimum: (_, { minimum }, value, at) => (Number(value) >= Number(minimum) ? [] : bad(at, value, minimum)),
  maximum: (_, { maximum }, value, at) => (Number(value) <= Number(maximum) ? [] : bad(at, value, maximum)),
  minItems: (_, { minItems }, value, at) =>
    (value as unknown[]).length >= Number(minItems) ? [] : bad(at, value, { minItems }),
  maxItems: (_, { maxItems }, value, at) =>
    (value as unknown[]).length <= Number(maxItems) ? [] : bad(at, value, { maxItems }),
  prefixItems: (root, { prefixItems }, value, at) =>
    (prefixItems as Schema[]).flatMap((schema, n) => {
      const items = value as unknown[];
      return n < items.length ? validate(root, schema, items[n], `${at}[${n}]`) : [];
    }),
  items: (root, { items, prefixItems }, value, at) => {
    const from = ((prefixItems as unknown[]) ?? []).length;
    return (value as unknown[])
      .slice(from)
      .flatMap((each, n) => validate(root, items as Schema, each, `${at}[${from + n}]`));
  },
  anyOf: (root, { anyOf }, value, at) =>
    (anyOf as Schema[]).some((schema) => validate(root, schema, value, at).length === 0) ? [] : bad(at, value, anyOf),
  required: (_, { required }, value, at) =>
    (required as string[]).flatMap((name) =>
      isObject(value) && Object.hasOwn(value, name) ? [] : bad(at, value, { name }),
    ),
  properties: (root, { properties }, value, at) =>
    Object.entries(properties as Record<string, Schema>).flatMap(([name, schema]) =>
      isObject(value) && Object.hasOwn(value, name) ? validate(root, schema, value[name], `${at}.${name}`) : [],
    ),
  additionalProperties: (root, { additionalProperties, properties }, value, at) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, each]) => {
      if (isObject(properties) && Object.hasOwn(properties, name)) return [];
      if (additionalProperties === false) return bad(at, name, 'no property');
      return validate(root, additionalProperties as Schema, each, `${at}.${name}`);
    }),
};
