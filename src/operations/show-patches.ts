// show_patches (patches.md 6.3): the active and the superseded patches of a root or depot, and what their texts ask of the administrator.
// Promise: reads what is published; nothing is written, no lock is taken.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookBehind } from '../host/look.ts';
import { text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Placed } from '../model/patches.ts';
import type { Finding } from '../model/plan.ts';
import { filesetName, type Product, tagOf } from '../model/software.ts';
import { longText } from './list-attributes.ts';
import { openListedDepot, openListedRoot } from './list-target.ts';
import { activeFilesets, activePatches, patchFilesets, supersededPatches, supersederOf } from './patch-facts.ts';
import { readmeSection } from './readme-section.ts';

export interface ShowRequest {
  /** Absolute path of a root or depot; which of the two it is, is seen there. */
  readonly target: string;
  readonly admin: string;
  readonly level: 'product' | 'fileset';
}

/** A patch, or patch fileset, with its title or with what superseded it. */
export interface ShownPatch {
  readonly name: string;
  readonly text: string;
  /** Sections of the patch's text that say something. */
  readonly instructions?: string;
  readonly dependencies?: string;
}

export interface ShownPatches {
  readonly active: readonly ShownPatch[];
  readonly superseded: readonly ShownPatch[];
  readonly findings: readonly Finding[];
}

/** Looks at a root or depot. Throws what openListedRoot and openListedDepot throw. */
export async function showPatches({ target, admin, level }: ShowRequest): Promise<ShownPatches> {
  const opened = await (isDepot(target) ? openListedDepot(target) : openListedRoot(target, admin));
  try {
    const { catalog, findings } = opened;
    const shown = level === 'product' ? products(catalog) : filesets(catalog);
    return { ...shown, findings };
  } finally {
    opened.close();
  }
}

/** A file, or a directory with a catalog, is a depot. */
function isDepot(path: string): boolean {
  if (lookBehind(path)?.isFile()) return true;
  return existsSync(join(path, 'catalog', 'INDEX')) || existsSync(join(path, '.sd'));
}

function products(catalog: Catalog): Pick<ShownPatches, 'active' | 'superseded'> {
  return {
    active: activePatches(catalog).map((product) => shownProduct(catalog, product, text(product.attributes, 'title'))),
    superseded: supersededPatches(catalog).map(({ product, by }) => shownProduct(catalog, product, by.join(', '))),
  };
}

function shownProduct(catalog: Catalog, product: Product, words: string): ShownPatch {
  return { name: tagOf(product), text: words, ...sections(catalog, product) };
}

function filesets(catalog: Catalog): Pick<ShownPatches, 'active' | 'superseded'> {
  const shown = ({ product, fileset }: Placed, words: string) => ({
    name: filesetName(product, fileset),
    text: words,
    ...sections(catalog, product),
  });
  return {
    active: catalog
      .products()
      .flatMap((product) => activeFilesets(catalog, product))
      .map((patch) => shown(patch, text(patch.fileset.attributes, 'title'))),
    superseded: catalog
      .products()
      .flatMap(patchFilesets)
      .flatMap((patch) => {
        const by = supersederOf(catalog, patch);
        return by === undefined ? [] : [shown(patch, by)];
      }),
  };
}

function sections(catalog: Catalog, product: Product): Pick<ShownPatch, 'instructions' | 'dependencies'> {
  const readme = longText(catalog, product.id, product.attributes, 'readme') ?? '';
  const instructions = readmeSection(readme, 'Special Installation Instructions');
  const dependencies = readmeSection(readme, 'Other Dependencies');
  return {
    ...(instructions === undefined ? {} : { instructions }),
    ...(dependencies === undefined ? {} : { dependencies }),
  };
}
