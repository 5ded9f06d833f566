// Reads INDEX text object by object. An object ends at its `end` or where another begins; whatever can be kept is kept.

import type { Attributes } from '../model/attributes.ts';
import { text } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import type { Bundle, Category, Fileset, Product, Subproduct, Vendor } from '../model/software.ts';
import type { Position } from './complaint.ts';
import { complaint, printPosition } from './complaint.ts';
import type { FileReference, IndexReading } from './index-document.ts';
import type { ObjectClass } from './keywords.ts';
import { isLanguageWord, keywordOf, OBJECT_KEYWORDS } from './keywords.ts';
import type { Statement, Value } from './lexer.ts';
import { Scanner } from './lexer.ts';
import { tagTrouble } from './tag.ts';
import { AttributeBag, textOfFile, typedValue } from './value.ts';

/** An object being read; `outer` goes on after the `end` of a vendor, category or media that stands inside it. */
interface Open {
  readonly kind: ObjectClass;
  readonly position: Position;
  readonly bag: AttributeBag;
  readonly references: { readonly keyword: string; readonly path: string; readonly position: Position }[];
  readonly outer: Open | undefined;
}

interface GrowingProduct extends Product {
  readonly subproducts: Subproduct[];
  readonly filesets: Fileset[];
}

const NESTED: ReadonlySet<ObjectClass> = new Set(['vendor', 'category', 'media']);

export class IndexReader {
  readonly #file: string;
  readonly #read: (reference: FileReference) => string | undefined;
  readonly #findings: Finding[] = [];
  readonly #vendors = new Map<string, Vendor>();
  readonly #categories: Category[] = [];
  readonly #bundles: Bundle[] = [];
  readonly #products: GrowingProduct[] = [];
  readonly #filesets: Fileset[] = [];
  /** Ids of bundles and products. */
  readonly #ids = new Set<string>();
  #filesetIds = new Set<string>();
  #object: 'distribution' | 'root' = 'distribution';
  #attributes: Attributes = {};
  #media: Attributes | undefined;
  #open: Open | undefined;

  constructor(file: string, read: (reference: FileReference) => string | undefined) {
    this.#file = file;
    this.#read = read;
  }

  read(content: string): IndexReading {
    const scanner = new Scanner(content, this.#file, 'index');
    for (let statement = scanner.next(); statement; statement = scanner.next()) this.#statement(statement, scanner);
    this.#closeAll();
    return {
      object: this.#object,
      attributes: this.#attributes,
      ...(this.#media && { media: this.#media }),
      vendors: [...this.#vendors.values()],
      categories: this.#categories,
      bundles: this.#bundles,
      products: this.#products,
      filesets: this.#filesets,
      findings: this.#findings,
    };
  }

  #statement(statement: Statement, scanner: Scanner): void {
    const { keyword, value, position } = statement;
    const kind = value === undefined ? OBJECT_KEYWORDS.get(keyword) : undefined;
    if (kind) this.#begin(kind, position);
    else if (keyword === 'end') this.#close();
    else if (this.#open) this.#attribute(this.#open, statement, scanner);
    else throw complaint('index_syntax', position, `"${keyword}" stands outside of every object.`);
  }

  #begin(kind: ObjectClass, position: Position): void {
    if (NESTED.has(kind)) {
      if (this.#open && NESTED.has(this.#open.kind)) this.#close();
    } else {
      this.#closeAll();
    }
    this.#open = { kind, position, bag: new AttributeBag(), references: [], outer: this.#open };
  }

  #attribute(open: Open, statement: Statement, scanner: Scanner): void {
    const { keyword, value, position } = statement;
    const known = keywordOf(open.kind, keyword);
    const values: Value[] = value ? [value] : [];
    if (known?.list && !value) {
      for (let more = scanner.nextValue(isLanguageWord); more; more = scanner.nextValue(isLanguageWord))
        values.push(more);
    }
    if (value?.reference) {
      open.references.push({ keyword, path: value.text, position });
      return;
    }
    const texts = values.length === 0 ? [''] : values.map((each) => each.text);
    for (const each of texts) {
      const lost = open.bag.add(keyword, known, typedValue(known, each));
      if (lost)
        this.#note('index_doubled_attribute', position, `"${keyword}" stands here again; the last value counts.`);
    }
  }

  #closeAll(): void {
    while (this.#open) this.#close();
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = open.outer;
    if (open.kind === 'product' || open.kind === 'bundle') this.#closeTop(open);
    else if (open.kind === 'fileset') this.#closeFileset(open);
    else this.#closePlain(open, this.#complete(open, {}));
  }

  #closePlain(open: Open, attributes: Attributes): void {
    switch (open.kind) {
      case 'vendor':
        this.#vendors.set(text(attributes, 'tag'), { attributes });
        return;
      case 'category':
        this.#categories.push({ attributes });
        return;
      case 'media':
        this.#media = attributes;
        return;
      case 'subproduct':
        this.#products.at(-1)?.subproducts.push({ attributes });
        return;
      case 'root':
      case 'distribution':
        this.#object = open.kind;
        this.#attributes = attributes;
    }
  }

  #closeTop(open: Open): void {
    const id = freeId(open, this.#ids);
    const attributes = this.#complete(open, { productId: id });
    if (open.kind === 'bundle') this.#bundles.push({ id, attributes });
    else this.#products.push({ id, attributes, subproducts: [], filesets: [], controlFiles: [] });
    this.#filesetIds = new Set();
  }

  #closeFileset(open: Open): void {
    const id = freeId(open, this.#filesetIds);
    const product = this.#products.at(-1);
    const attributes = this.#complete(open, { filesetId: id, ...(product && { productId: product.id }) });
    (product?.filesets ?? this.#filesets).push({ id, attributes, controlFiles: [] });
  }

  /** The attributes, with the texts that lie in files of their own. */
  #complete(open: Open, owner: Omit<FileReference, 'path'>): Attributes {
    for (const { keyword, path, position } of open.references) {
      const known = keywordOf(open.kind, keyword);
      const content = this.#read({ ...owner, path });
      if (content === undefined) {
        this.#note('index_missing_text', position, `The text of "${keyword}" is not there: file "${path}".`);
        open.bag.add(keyword, known, typedValue(known, `<${path}`));
      } else {
        open.bag.add(keyword, known, typedValue(known, textOfFile(known, content)));
      }
    }
    return open.bag.attributes();
  }

  #note(code: string, position: Position, words: string): void {
    this.#findings.push({ severity: 'note', code, text: `${printPosition(position)}: ${words}` });
  }
}

/** control_directory, or the tag where none is given; `.2` and on behind a name that is taken. Throws `index_bad_tag`. */
function freeId(open: Open, taken: Set<string>): string {
  const attributes = open.bag.attributes();
  const tag = text(attributes, 'tag');
  const trouble = tagTrouble(tag);
  if (trouble !== undefined) {
    throw complaint('index_bad_tag', open.position, `The tag of this ${open.kind} cannot be used: ${trouble}.`);
  }
  const directory = text(attributes, 'control_directory');
  const directoryTrouble = tagTrouble(directory);
  if (directoryTrouble !== undefined) {
    const what = `The control_directory of this ${open.kind} cannot be used: ${directoryTrouble}.`;
    throw complaint('index_bad_tag', open.position, what);
  }
  const wanted = directory || tag;
  let id = wanted;
  for (let instance = 2; taken.has(id); instance++) id = `${wanted}.${instance}`;
  taken.add(id);
  return id;
}
