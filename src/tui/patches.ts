// Manage Patch Selection (commands.md 13.4): which patches come by themselves, the filter they must match, whether they can be rolled back.

import { list, text } from '../model/attributes.ts';
import type { Catalog } from '../model/catalog.ts';
import type { OptionValues } from '../options/table.ts';
import { type Field, type Filled, type Form, formWindow } from './form.ts';
import type { Interface } from './interface.ts';
import { pickWindow } from './pick.ts';
import { folded, harmless, type Line, padded, span } from './text.ts';
import { textWindow } from './viewer.ts';
import { floating, type Window } from './window.ts';

export type PatchOptions = Pick<
  OptionValues,
  'autoselect_patches' | 'patch_match_target' | 'patch_filter' | 'patch_save_files'
>;

/** Categories shown in the dialog itself; a button shows all with their descriptions. */
const SHOWN = 6;

/** Asks until OK or Cancel. `filters` are those of the files. Returns the options chosen, undefined after Cancel. */
export async function managePatches(
  ui: Interface,
  under: Window<unknown>,
  options: PatchOptions,
  about: { source: Catalog; filters: readonly string[]; saves: boolean },
): Promise<PatchOptions | undefined> {
  let form = patchForm(options, about.source, about.saves);
  let focus: string | undefined;
  for (;;) {
    const filled: Filled = await ui.askOver(under, formWindow(form, focus));
    form = { ...form, fields: filled.fields };
    if (filled.button === 'Cancel') return undefined;
    if (filled.button === 'OK') return chosen(filled, options);
    const window = floating(formWindow(form, 'patch_filter'), (size) => under.draw(size));
    if (filled.button === 'Categories') await ui.askOver(window, textWindow('Categories', categoryText(about.source)));
    else {
      const offers = offered(about.filters, about.source);
      const at = await ui.askOver(window, pickWindow('Patch filters', offers, 'Return adds the filter to the field.'));
      if (at !== undefined) form = withFilter(form, offers[at]!);
      focus = 'patch_filter';
    }
  }
}

/** The dialog. `saves` where patches are applied and not only copied. */
export function patchForm(options: PatchOptions, source: Catalog, saves: boolean): Form {
  const fields: Field[] = [
    {
      kind: 'check',
      name: 'autoselect_patches',
      label: 'Automatically select patches for software being installed',
      value: options.autoselect_patches,
    },
    {
      kind: 'check',
      name: 'patch_match_target',
      label: 'Automatically select patches for software installed on the target',
      value: options.patch_match_target,
    },
    ...(saves
      ? [
          {
            kind: 'check',
            name: 'patch_save_files',
            label: 'Save files replaced by patches, for later rollback',
            value: options.patch_save_files,
            note: 'Without saved files a patch is committed: it cannot be rolled back.',
          } as const,
        ]
      : []),
    { kind: 'lines', lines: [[]] },
    {
      kind: 'text',
      name: 'patch_filter',
      label: 'Filter',
      value: options.patch_filter,
      note: 'Software specification that automatic patches must match.',
    },
    { kind: 'lines', lines: [[], ...categoryLines(source)] },
  ];
  return { title: 'Manage Patch Selection', fields, buttons: ['OK', 'Filter...', 'Categories', 'Cancel'] };
}

/** The filter a choice leads to: a further category is another that will do, anything else takes its place. */
export function addedFilter(filter: string, choice: string): string {
  const category = /^(.*,c=)([^,]*)$/;
  const [before, now] = [category.exec(filter.trim()), category.exec(choice)];
  if (!before || !now || before[1] !== now[1]) return choice;
  return `${now[1]}${[...new Set([...before[2]!.split('|'), ...now[2]!.split('|')])].join('|')}`;
}

/** Filters of the files, then one for each category that patches of the source have. */
export function offered(filters: readonly string[], source: Catalog): string[] {
  const tags = source.products().flatMap((product) => list(product.attributes, 'category_tag'));
  return [...new Set(['*.*', ...filters, ...[...new Set(tags)].sort().map((tag) => `*.*,c=${tag}`)])];
}

function withFilter(form: Form, choice: string): Form {
  const fields = form.fields.map((field) =>
    field.kind === 'text' ? { ...field, value: addedFilter(field.value, choice) } : field,
  );
  return { ...form, fields };
}

function chosen({ values }: Filled, options: PatchOptions): PatchOptions {
  return {
    autoselect_patches: values.autoselect_patches === 'true',
    patch_match_target: values.patch_match_target === 'true',
    patch_filter: values.patch_filter!.trim() || '*.*',
    patch_save_files:
      values.patch_save_files === undefined ? options.patch_save_files : values.patch_save_files === 'true',
  };
}

function categoriesOf(source: Catalog): { tag: string; title: string; description: string }[] {
  return source.categories().map(({ attributes }) => ({
    tag: harmless(text(attributes, 'tag')),
    title: harmless(text(attributes, 'title')),
    description: text(attributes, 'description'),
  }));
}

function categoryLines(source: Catalog): Line[] {
  const categories = categoriesOf(source);
  if (categories.length === 0) return [[span('The source has no categories.', 'dim')]];
  const width = Math.max(8, ...categories.map(({ tag }) => tag.length)) + 2;
  const more = categories.length - SHOWN;
  return [
    [span(`${padded('Category', width)}Description`, 'head')],
    ...categories.slice(0, SHOWN).map(({ tag, title, description }): Line => {
      const [first] = folded(description.trim() || title, 48);
      return [span(padded(tag, width)), span(first ?? '', 'dim')];
    }),
    ...(more > 0 ? [[span(`... and ${more} more: "Categories"`, 'dim')]] : []),
  ];
}

function categoryText(source: Catalog): string[] {
  return categoriesOf(source).flatMap(({ tag, title, description }) => [
    `${tag}: ${title}`,
    `    ${description.trim()}`,
    '',
  ]);
}
