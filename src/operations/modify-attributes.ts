// swmodify -a and -u -a (commands.md 5.5): one attribute of the selected objects set, extended, or deleted.
//
//   list (contents, category_tag, ancestor ...)   -a adds the values; with -u they go, without a value the whole list
//   any other attribute                           -a sets it; with -u it goes, with a value only where it has that value
//   title                                         -u: the tag takes its place, for every object has a title
//   readme of a product                           its control file README
//   state                                         a state that fits the target
//   is_patch                                      depots and products only; the category "patch" follows it
//   architecture                                  where no record of a patch names it, and no other object would be the same
//   tag, revision, instance_id, vendor_tag,       refused: they say which software it is, and what it needs
//     corequisites, prerequisites
//   layout_version of a depot                     refused: its whole catalog is written so
//   what SD makes (applied_patches, size ...)     refused
//   unknown word                                  kept as a vendor-defined attribute; a NOTE where it looks misspelt

import { isLanguageWord, type Keyword, keywordOf, nearestWord } from '../definition/keywords.ts';
import { faultOf, typedValue } from '../definition/value.ts';
import { cksumOf } from '../host/digest.ts';
import { type Attributes, type AttributeValue, flag, list, text } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import type { Finding } from '../model/plan.ts';
import { parseRequisite, parseSpec } from '../model/spec.ts';
import type { Draft } from './modify-draft.ts';
import { classOf, type Named, nameOf } from './modify-objects.ts';

/** Not changeable with -a (commands.md 5.5). */
const FIXED = new Set(['tag', 'revision', 'instance_id', 'vendor_tag', 'corequisites', 'prerequisites']);
/** SD's own words that a user may set all the same. */
const SETTABLE = new Set(['qualifier', 'state']);
const STATES = { root: ['installed', 'configured', 'corrupt'], depot: ['available', 'corrupt'] } as const;

interface Edit {
  readonly keyword: string;
  /** Absent only with -u: the attribute goes whatever it says. */
  readonly value?: string;
  readonly undo: boolean;
}

/** Applies `words` (`attribute=value`, with `undo` also `attribute`) to every object. Throws the refusals above as SdError. */
export function editAttributes(
  draft: Draft,
  objects: readonly Named[],
  words: readonly string[],
  undo: boolean,
): Finding[] {
  const edits = words.map((word) => readEdit(word, undo));
  const findings: Finding[] = [];
  for (const edit of edits) {
    for (const named of objects) findings.push(...editOne(draft, named, edit));
  }
  if (edits.some(({ keyword }) => keyword === 'architecture')) for (const named of objects) refuseTwin(draft, named);
  const said = new Set<string>();
  return findings.filter((finding) => !said.has(finding.text) && said.add(finding.text));
}

function readEdit(word: string, undo: boolean): Edit {
  const sign = word.indexOf('=');
  const keyword = (sign < 0 ? word : word.slice(0, sign)).trim();
  const value = sign < 0 ? undefined : word.slice(sign + 1).trim();
  if (!/^[A-Za-z_][\w.-]*$/.test(keyword)) throw usage(word, 'That is no name of an attribute.');
  if (value === '' || (value === undefined && !undo))
    throw usage(word, undo ? 'There is nothing behind the equals sign.' : 'There is no value.');
  return { keyword, undo, ...(value === undefined ? {} : { value }) };
}

function editOne(draft: Draft, named: Named, edit: Edit): Finding[] {
  const known = keywordOf(classOf(named), edit.keyword);
  const keyword = known?.name ?? edit.keyword;
  refuse(draft, named, keyword, known);
  const before = draft.attributesOf(named);
  if (keyword === 'readme' && named.level === 'product') return editReadme(draft, named.object.id, named, edit);
  if (edit.value === undefined) {
    if (before[keyword] === undefined) return [absent(named, keyword)];
    if (keyword === 'state' || keyword === 'is_patch') throw needed(named, keyword);
    if (keyword === 'category_tag') refusePatchTag(named, before, list(before, keyword));
    draft.change(named, { [keyword]: keyword === 'title' ? before.tag : undefined }, [`-${keyword}`]);
    return [];
  }
  const values = [typedValue(known, edit.value)].flat();
  if (!edit.undo) for (const each of values) checkValue(draft, named, keyword, known, each);
  const misspelt = known || edit.undo ? [] : misspeltNote(named, keyword);
  if (known?.list) return [...misspelt, ...editList(draft, named, keyword, values, edit.undo)];
  if (edit.undo) {
    if (text(before, keyword) !== edit.value) return [absent(named, keyword, edit.value)];
    return editOne(draft, named, { keyword, undo: true });
  }
  if (text(before, keyword) === edit.value) return misspelt;
  const more = keyword === 'is_patch' ? patchCategory(before, edit.value) : {};
  draft.change(named, { [keyword]: edit.value, ...more }, [`${keyword}=${shown(edit.value)}`]);
  return misspelt;
}

function editList(draft: Draft, named: Named, keyword: string, values: readonly string[], undo: boolean): Finding[] {
  const attributes = draft.attributesOf(named);
  const before = list(attributes, keyword);
  if (keyword === 'category_tag') refusePatchTag(named, attributes, values);
  const changed = undo
    ? values.filter((each) => before.includes(each))
    : values.filter((each) => !before.includes(each));
  const findings = undo
    ? values.filter((each) => !before.includes(each)).map((each) => absent(named, keyword, each))
    : [];
  if (changed.length === 0) return findings;
  const after = undo ? before.filter((each) => !changed.includes(each)) : [...before, ...changed];
  const sign = undo ? '-' : '+';
  draft.change(
    named,
    { [keyword]: after.length === 0 ? undefined : after },
    changed.map((each) => `${keyword}${sign}=${shown(each)}`),
  );
  return findings;
}

function editReadme(draft: Draft, owner: string, named: Named, { value, undo }: Edit): Finding[] {
  const record = { tag: 'README', path: 'README', mode: 0o444 };
  if (undo) {
    if (!draft.product(owner)?.controlFiles.some((file) => file.tag === 'README')) return [absent(named, 'readme')];
    draft.setControl(owner, record, undefined);
    draft.tell('change', named, ['-readme']);
    return [];
  }
  const content = Buffer.from(`${value}\n`);
  draft.setControl(owner, { ...record, size: content.length, cksum: cksumOf(content) }, content);
  draft.tell('change', named, ['readme']);
  return [];
}

function refuse(draft: Draft, named: Named, keyword: string, known: Keyword | undefined): void {
  const root = draft.catalog.kind === 'root';
  const what = `The attribute "${keyword}" of the ${named.level} "${nameOf(named)}" cannot be changed.`;
  if (FIXED.has(keyword)) {
    const needs = keyword.endsWith('requisites');
    throw new SdError('attribute_fixed', {
      what,
      because: needs ? 'What software needs is part of its definition.' : 'It says which software this is.',
      todo: needs ? 'Change the definition with -s.' : 'Package the software anew.',
      data: { attribute: keyword },
    });
  }
  if (named.level === 'depot' && keyword === 'layout_version') {
    throw new SdError('attribute_fixed', {
      what,
      because: 'All of its catalog is written so.',
      todo: 'Copy the software to a new depot, with -x layout_version=.',
      data: { attribute: keyword },
    });
  }
  if (known?.made && !SETTABLE.has(keyword)) {
    throw new SdError('attribute_generated', {
      what,
      because: 'SD keeps it itself.',
      todo: 'It follows what is installed, removed, patched and committed.',
      data: { attribute: keyword },
    });
  }
  if (!known && isLanguageWord(keyword)) {
    throw new SdError('attribute_elsewhere', {
      what: `A ${named.level} has no attribute "${keyword}".`,
      because: 'The word belongs to another kind of object.',
      todo: `Select objects that have it instead of "${nameOf(named)}".`,
      data: { attribute: keyword },
    });
  }
  if (named.level !== 'fileset' || !root) return;
  const { attributes } = named.fileset;
  const patched = list(attributes, 'applied_patches').length > 0 || text(attributes, 'patch_state') !== '';
  if (keyword === 'is_patch' || (keyword === 'architecture' && patched)) {
    throw new SdError('attribute_fixed', {
      what,
      because: 'Records of installed patches rest on it.',
      todo: 'Package the software anew.',
      data: { attribute: keyword },
    });
  }
}

function checkValue(draft: Draft, named: Named, keyword: string, known: Keyword | undefined, value: string): void {
  const because = valueFault(draft, named, keyword, known, value);
  if (because === undefined) return;
  throw new SdError('bad_attribute_value', {
    what: `The attribute "${keyword}" of the ${named.level} "${nameOf(named)}" cannot be "${value}".`,
    because,
    todo: 'Correct the value; nothing was changed.',
    data: { attribute: keyword, value },
  });
}

function valueFault(
  draft: Draft,
  named: Named,
  keyword: string,
  known: Keyword | undefined,
  value: string,
): string | undefined {
  const fault = known && faultOf(known, value);
  if (fault) return fault.because;
  const states: readonly string[] = STATES[draft.catalog.kind];
  if (keyword === 'state' && !states.includes(value)) return `It is one of ${states.join(', ')} here.`;
  if (keyword === 'layout_version' && !/^(0\.8|1\.0)$/.test(value)) return 'It is 1.0 or 0.8.';
  if (keyword === 'directory' && !value.startsWith('/')) return 'It is an absolute path.';
  if (keyword === 'is_patch' && value === 'true' && named.level === 'fileset') {
    if (list(draft.attributesOf(named), 'ancestor').length === 0) return 'A patch fileset needs an ancestor.';
  }
  if (known?.type !== 'specs') return undefined;
  try {
    if (keyword.endsWith('requisites')) parseRequisite(value);
    else parseSpec(value);
    return undefined;
  } catch (error) {
    if (error instanceof SdError) return error.because || error.what;
    throw error;
  }
}

/** `patch` belongs to objects with is_patch true, by itself (patches.md 1.5, 2.5). */
function refusePatchTag(named: Named, attributes: Attributes, values: readonly string[]): void {
  if (!values.includes('patch')) return;
  throw new SdError('category_reserved', {
    what: `The category "patch" of the ${named.level} "${nameOf(named)}" cannot be changed.`,
    because: 'That tag is reserved for patches, which have it by themselves.',
    todo: flag(attributes, 'is_patch') ? 'Name the other categories only.' : 'Use another tag.',
  });
}

function patchCategory(attributes: Attributes, value: string): { category_tag?: AttributeValue | undefined } {
  const others = list(attributes, 'category_tag').filter((tag) => tag !== 'patch');
  if (value === 'true') return { category_tag: ['patch', ...others] };
  return { category_tag: others.length === 0 ? undefined : others };
}

/** A changed architecture must not make two objects one. */
function refuseTwin(draft: Draft, named: Named): void {
  const { catalog } = draft;
  const identity = (attributes: Attributes, words: readonly string[]) =>
    JSON.stringify(words.map((word) => text(attributes, word)));
  const own = draft.attributesOf(named);
  const same = (others: readonly Attributes[], words: readonly string[]) =>
    others.some((each) => identity(each, words) === identity(own, words));
  const top = ['tag', 'revision', 'architecture', 'vendor_tag', 'location'];
  let twin = false;
  if (named.level === 'product')
    twin = same(
      catalog
        .products()
        .flatMap((each) => (each.id === named.object.id ? [] : [draft.product(each.id)?.attributes ?? {}])),
      top,
    );
  if (named.level === 'bundle')
    twin = same(
      catalog.bundles().flatMap((each) => (each.id === named.object.id ? [] : [each.attributes])),
      top,
    );
  if (named.level === 'fileset')
    twin = same(
      draft.filesetsOf(named.product.id).flatMap((each) => (each.id === named.fileset.id ? [] : [each.attributes])),
      ['tag', 'architecture'],
    );
  if (!twin) return;
  throw new SdError('identity_taken', {
    what: `The ${named.level} "${nameOf(named)}" cannot be changed.`,
    because: 'It would be the same as another one of its tag.',
    todo: 'Give it another architecture.',
  });
}

function misspeltNote(named: Named, keyword: string): Finding[] {
  const near = nearestWord(classOf(named), keyword);
  if (near === undefined) return [];
  const said = `"${keyword}" is no attribute SD knows; it is kept as it is.  Did you mean "${near}"?`;
  return [{ severity: 'note', code: 'attribute_unknown', text: said }];
}

function absent(named: Named, keyword: string, value?: string): Finding {
  const what = value === undefined ? `no attribute "${keyword}"` : `no "${value}" in its attribute "${keyword}"`;
  return { severity: 'note', code: 'attribute_absent', text: `The ${named.level} "${nameOf(named)}" has ${what}.` };
}

function needed(named: Named, keyword: string): SdError {
  return new SdError('attribute_fixed', {
    what: `The attribute "${keyword}" of the ${named.level} "${nameOf(named)}" cannot be deleted.`,
    because: 'SD cannot do without it.',
    todo: `Set it to another value with -a ${keyword}=.`,
  });
}

function shown(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return `"${line.length > 60 ? `${line.slice(0, 57)}...` : line}"`;
}

function usage(word: string, because: string): SdError {
  return new SdError('bad_usage', {
    what: `"-a ${word}" cannot be read.`,
    because,
    todo: 'Write -a attribute=value, or -u -a attribute to delete one.',
  });
}
