// Rules a whole object of a PSF has to keep once all its attributes are there (formats.md 3, 4; patches.md 2).
// Each broken rule has its own code; the place is where the object, or the attribute in question, stands.

import { flag, list, text } from '../model/attributes.ts';
import { SdError } from '../model/error.ts';
import { parseSpec } from '../model/spec.ts';
import type { Position } from './complaint.ts';
import { complaint, printPosition } from './complaint.ts';
import type { ObjectClass } from './keywords.ts';
import type { PsfFileset, PsfObject, PsfProduct } from './psf-value.ts';
import { tagTrouble } from './tag.ts';

const NEED_CONTENTS: ReadonlySet<ObjectClass> = new Set(['bundle', 'subproduct']);

/**
 * Checks one object. `at` gives the place of an attribute. Throws SdError `psf_missing_tag`, `psf_missing_contents`,
 * `psf_reserved_category`, `patch_without_ancestor`, `psf_layout_version`, `psf_bad_value`.
 */
export function checkObject(kind: ObjectClass, object: PsfObject, at: (keyword: string) => Position): void {
  const { attributes, position } = object;
  const tag = text(attributes, 'tag');
  if (tag === '' && kind !== 'distribution' && kind !== 'media') {
    throw complaint('psf_missing_tag', position, `This ${kind} has no tag.`, '', 'Add a line "tag NAME" to it.');
  }
  const trouble = tagTrouble(tag);
  if (trouble !== undefined) {
    throw complaint('psf_bad_tag', at('tag'), `This tag cannot be used: ${trouble}.`, '', 'Choose a short name.');
  }
  if (NEED_CONTENTS.has(kind) && list(attributes, 'contents').length === 0) {
    throw complaint(
      'psf_missing_contents',
      position,
      `The ${kind} "${tag}" has no contents.`,
      '',
      'Add a line "contents ..." to it.',
    );
  }
  if (kind !== 'category' && list(attributes, 'category_tag').includes('patch') && !flag(attributes, 'is_patch')) {
    throw complaint(
      'psf_reserved_category',
      at('category_tag'),
      `The ${kind} "${tag}" cannot have the category "patch".`,
      'That tag is reserved for objects with is_patch true, which have it by themselves.',
      'Use another tag, or set is_patch.',
    );
  }
  if (kind === 'fileset' && flag(attributes, 'is_patch') && list(attributes, 'ancestor').length === 0) {
    throw complaint(
      'patch_without_ancestor',
      position,
      `The patch fileset "${tag}" has no ancestor.`,
      'Nothing says which fileset it patches.',
      'Add a line "ancestor PRODUCT.FILESET,fr=REVISION".',
    );
  }
  for (const keyword of kind === 'fileset' ? ['ancestor', 'supersedes'] : []) {
    for (const spec of list(attributes, keyword)) refuseBadSpec(keyword, spec, at(keyword));
  }
  const layout = text(attributes, 'layout_version');
  if (layout !== '' && !/^(0\.8|1\.0)$/.test(layout)) {
    throw complaint(
      'psf_layout_version',
      at('layout_version'),
      `The layout_version "${layout}" is not known.`,
      '',
      'Write 1.0 or 0.8.',
    );
  }
  const directory = text(attributes, 'directory');
  if (directory !== '' && !directory.startsWith('/')) {
    throw complaint('psf_bad_value', at('directory'), `The directory "${directory}" is not an absolute path.`);
  }
}

/** A patch whose ancestor or supersedes nobody can read would patch nothing, or leave both of two patches active. */
function refuseBadSpec(keyword: string, spec: string, position: Position): void {
  try {
    parseSpec(spec);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    throw complaint(
      'psf_bad_value',
      position,
      `"${keyword}" cannot be "${spec}".`,
      `${error.what}  ${error.because}`.trim(),
    );
  }
}

/** Throws SdError `psf_no_fileset`, `psf_duplicate_fileset`. */
export function checkProduct(product: PsfProduct): void {
  const tag = text(product.attributes, 'tag');
  if (product.filesets.length === 0) {
    throw complaint(
      'psf_no_fileset',
      product.position,
      `The product "${tag}" has no fileset.`,
      '',
      'Add at least one.',
    );
  }
  refuseTwins(product.filesets, 'fileset', ['tag', 'revision', 'architecture']);
}

/** `others`: number of bundles, categories and vendors. Throws SdError `psf_no_product`. */
export function requireProduct(file: string, products: readonly PsfProduct[], others: number): void {
  if (products.length > 0) return;
  throw complaint(
    'psf_no_product',
    { file, line: 1, column: 1 },
    'There is no product here.',
    'A PSF describes at least one.',
    others > 0 ? 'To add the rest to a depot that has its products, use "swmodify -d -s".' : '',
  );
}

/** Objects of the whole PSF are told apart. Throws SdError `psf_duplicate_product`, `psf_duplicate_bundle`. */
export function refuseSame(products: readonly PsfProduct[], bundles: readonly PsfObject[]): void {
  const identity = ['tag', 'revision', 'architecture', 'vendor_tag'];
  refuseTwins(products, 'product', identity);
  refuseTwins(bundles, 'bundle', identity);
}

/** No two objects may agree in everything that tells objects of their kind apart (the `*` of swpackage(4)). */
function refuseTwins(objects: readonly (PsfObject | PsfFileset)[], kind: string, identity: readonly string[]): void {
  const seen = new Map<string, PsfObject>();
  for (const object of objects) {
    const key = identity.map((keyword) => text(object.attributes, keyword)).join('\n');
    const twin = seen.get(key);
    if (twin) {
      throw complaint(
        `psf_duplicate_${kind}`,
        object.position,
        `The ${kind} "${text(object.attributes, 'tag')}" is already defined at ${printPosition(twin.position)}.`,
        `Both have the same ${identity.join(', ')}.`,
        'Remove one, or give it another revision or architecture.',
      );
    }
    seen.set(key, object);
  }
}
