// How the objects of a PSF nest: which object a line belongs to, with `end` and without it (formats.md 2.7, 3, 8, 16).
//   distribution > vendor, category, bundle, product > (vendor of layout 0.8) subproduct, fileset
// An object ends at its `end`, or where an object begins that cannot stand inside it.

import { text } from '../model/attributes.ts';
import type { Finding } from '../model/plan.ts';
import type { Position } from './complaint.ts';
import { complaint, printPosition } from './complaint.ts';
import type { ObjectClass } from './keywords.ts';
import { CONTROL_SCRIPTS } from './keywords.ts';
import type { Value } from './lexer.ts';
import { checkObject, checkProduct, refuseSame, requireProduct } from './psf-check.ts';
import type { ControlDirective, FileDirective, Psf, PsfFileset, PsfObject, PsfProduct } from './psf-value.ts';
import { AttributeBag } from './value.ts';

/** An object being read. */
interface Open {
  readonly kind: ObjectClass;
  readonly position: Position;
  readonly bag: AttributeBag;
  /** Where each attribute stands. */
  readonly places: Map<string, Position>;
  readonly controlFiles: ControlDirective[];
  readonly files: FileDirective[];
  readonly subproducts: PsfObject[];
  readonly filesets: PsfFileset[];
  /** Vendor that is attached when the object names none itself. */
  vendor: string | undefined;
}

/** The objects of one PSF, built while its lines come in. */
export class PsfObjects {
  readonly #file: string;
  readonly #additions: boolean;
  /** Outermost first; the distribution is always there. */
  readonly #stack: Open[];
  readonly #vendors = new Map<string, PsfObject>();
  readonly #categories: PsfObject[] = [];
  readonly #bundles: PsfObject[] = [];
  readonly #products: PsfProduct[] = [];
  /** `silent`: no depot or distribution keyword yet; its attributes may still come, up to the first bundle or product. */
  #distribution: 'silent' | 'open' | 'closed' = 'silent';
  #lastVendor: string | undefined;

  constructor(file: string, additions: boolean) {
    this.#file = file;
    this.#additions = additions;
    this.#stack = [newObject('distribution', { file, line: 1, column: 1 })];
  }

  /** Class of the object that an attribute would belong to now. */
  get current(): ObjectClass {
    return this.#top.kind;
  }

  get #top(): Open {
    return this.#stack.at(-1)!;
  }

  /** An object keyword. Throws SdError `psf_misplaced`, and whatever is wrong with an object that ends here. */
  open(kind: ObjectClass, position: Position): void {
    if (kind === 'root') throw misplaced(position, 'A PSF describes a depot, not installed software.');
    if (kind === 'distribution') {
      const first = this.#stack.length === 1 && this.#vendors.size === 0 && this.#categories.length === 0;
      if (this.#distribution !== 'silent' || !first)
        throw misplaced(position, 'The distribution comes once, before all other objects.');
      this.#distribution = 'open';
      return;
    }
    const product = this.#stack.find((open) => open.kind === 'product');
    const inside =
      kind === 'subproduct' ||
      kind === 'fileset' ||
      (kind === 'vendor' && product?.filesets.length === 0 && this.current !== 'fileset');
    if (inside && !product) throw misplaced(position, `A ${kind} stands inside a product, and none is open here.`);
    while (this.#top !== (inside ? product : this.#stack[0])) this.#close();
    if (this.#distribution === 'silent' && (kind === 'product' || kind === 'bundle')) this.#distribution = 'closed';
    const opened = newObject(kind, position);
    // A PSF without layout_version is read as 1.0, as swpackage(4) says; the guides contradict it (formats.md 8).
    if (text(this.#stack[0]!.bag.attributes(), 'layout_version') === '0.8') opened.vendor = this.#lastVendor;
    this.#stack.push(opened);
  }

  /** `end`. Throws SdError `psf_unexpected_end`, `psf_syntax`. */
  end(position: Position, value: Value | undefined): void {
    if (value) throw complaint('psf_syntax', value.position, '"end" takes no value.', '', 'Put "#" before a comment.');
    if (this.#stack.length > 1) this.#close();
    else if (this.#distribution === 'open') this.#distribution = 'closed';
    else
      throw complaint(
        'psf_unexpected_end',
        position,
        'No object is open that this "end" could close.',
        '',
        'Remove it.',
      );
  }

  /** Where an attribute goes. Throws SdError `psf_misplaced` outside of every object. */
  attributeHolder(keyword: string, position: Position): Pick<Open, 'bag' | 'places'> {
    if (this.#stack.length === 1 && this.#distribution === 'closed') {
      throw misplaced(position, `No object is open that "${keyword}" could belong to.`);
    }
    return this.#top;
  }

  /** Where a script or file line goes; one behind a subproduct or vendor belongs to their product. Throws SdError `psf_misplaced`. */
  directiveHolder(keyword: string, position: Position): Pick<Open, 'controlFiles' | 'files'> {
    const script = CONTROL_SCRIPTS.has(keyword) || keyword === 'control_file';
    if (script && this.#stack.length === 3 && this.current !== 'fileset') this.#close();
    if (this.current === 'fileset' || (script && this.current === 'product')) return this.#top;
    throw misplaced(
      position,
      `"${keyword}" belongs to a fileset${script ? ' or product' : ''}, and none is open here.`,
    );
  }

  /** Closes what is open and checks the whole. */
  finish(findings: Finding[]): Psf {
    while (this.#stack.length > 1) this.#close();
    const distribution = { attributes: this.#top.bag.attributes(), position: this.#top.position };
    checkObject('distribution', distribution, placeIn(this.#top));
    const others = this.#bundles.length + this.#categories.length + this.#vendors.size;
    if (!this.#additions || others === 0) requireProduct(this.#file, this.#products, others);
    refuseSame(this.#products, this.#bundles);
    return {
      file: this.#file,
      attributes: distribution.attributes,
      vendors: [...this.#vendors.values()],
      categories: this.#categories,
      bundles: this.#bundles,
      products: this.#products,
      findings: [...findings, ...this.#undefinedVendors()],
    };
  }

  #close(): void {
    const closed = this.#stack.pop()!;
    const parent = this.#top;
    const attaches = closed.kind === 'product' || closed.kind === 'bundle';
    // A vendor_tag of its own, even an empty one, wins.
    if (attaches && closed.vendor !== undefined && !closed.bag.has('vendor_tag')) {
      closed.bag.add('vendor_tag', undefined, closed.vendor);
    }
    const object: PsfObject = { attributes: closed.bag.attributes(), position: closed.position };
    checkObject(closed.kind, object, placeIn(closed));
    switch (closed.kind) {
      case 'vendor': {
        const tag = text(object.attributes, 'tag');
        this.#vendors.set(tag, object);
        if (parent.kind === 'product') parent.vendor = tag;
        else this.#lastVendor = tag;
        return;
      }
      case 'category':
        this.#categories.push(object);
        return;
      case 'bundle':
        this.#bundles.push(object);
        return;
      case 'subproduct':
        parent.subproducts.push(object);
        return;
      case 'fileset':
        parent.filesets.push({ ...object, controlFiles: closed.controlFiles, files: closed.files });
        return;
      case 'product': {
        const { controlFiles, subproducts, filesets } = closed;
        const product = { ...object, controlFiles, subproducts, filesets };
        checkProduct(product);
        this.#products.push(product);
      }
    }
  }

  #undefinedVendors(): Finding[] {
    return [...this.#bundles, ...this.#products].flatMap(({ attributes, position }) => {
      const vendor = text(attributes, 'vendor_tag');
      if (vendor === '' || this.#vendors.has(vendor)) return [];
      const words = `No vendor "${vendor}" is defined here, which "${text(attributes, 'tag')}" names as its vendor_tag.`;
      return [{ severity: 'note', code: 'psf_undefined_vendor', text: `${printPosition(position)}: ${words}` }];
    });
  }
}

function newObject(kind: ObjectClass, position: Position): Open {
  const lists = { controlFiles: [], files: [], subproducts: [], filesets: [] };
  return { kind, position, bag: new AttributeBag(), places: new Map(), ...lists, vendor: undefined };
}

function placeIn(open: Open): (keyword: string) => Position {
  return (keyword) => open.places.get(keyword) ?? open.position;
}

function misplaced(position: Position, what: string) {
  return complaint('psf_misplaced', position, what);
}
