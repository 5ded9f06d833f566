import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  parseIndex,
  printDistribution,
  printFileset,
  printIndex,
  printProduct,
} from '../../../src/definition/index.ts';
import { hasSwbis, SWBIS } from '../../samples.ts';
import { membersOf } from './tar-members.ts';

/** What HP-UX writes, after the real sample of formats.md 10 and the imitations beside it. */
const HP = `distribution
layout_version 1.0
data_model_revision 2.40
uuid 46af7fee-156b-4596-8ddc-bb04fc8fb2d8
mod_time 1569482953
create_time 1569482953
path_max 255
name_max 100
media 
sequence_number 1
category
tag critical
title "Critical \\"fixes\\""
revision 1.0
end
vendor
tag HP
title "Hewlett-Packard Company"
description "Hewlett-Packard Company"
end
product
tag AVIO-GVSD
data_model_revision 2.40
instance_id 1
control_directory AVIO-GVSD
revision B.11.31.0909
title "HPVM Guest AVIO Storage Software"
description "Vendor Name                     HP
Product # one

"
mod_time 1294005058
create_time 1294003675
install_date 201101021650.58
architecture HP-UX_B.11.31_IA
machine_type ia64*
os_name HP-UX
os_release B.11.31
os_version *
install_source host.example:/depots/core_media
install_type physical
vendor_tag HP
directory /
all_filesets GVSD-KRN GVSD-RUN 
is_locatable false
location /
my_own keyword
my_list a
my_list b
subproduct
tag Runtime
title "Runtime"
contents GVSD-RUN 
fileset
tag GVSD-RUN
data_model_revision 2.40
instance_id 1
control_directory GVSD-RUN
size 12318
state available
ancestor Old.RUN,fr=1
ancestor Old.RUN,fr=2
prerequisites A | B
`;

describe("HP's form", () => {
  it('is read and printed back to the byte', () => {
    expect(printIndex(parseIndex(HP, 'INDEX'))).toBe(HP);
    expect(parseIndex(HP, 'INDEX').findings).toEqual([]);
  });

  it('is the exact concatenation of its parts', () => {
    const document = parseIndex(HP, 'INDEX');
    const product = document.products[0]!;
    const parts = [
      printDistribution(document),
      printProduct(product, document.vendors[0]),
      printFileset(product.filesets[0]!),
    ];
    expect(parts.join('')).toBe(HP);
    expect(parts[0]!.endsWith('end\n')).toBe(true);
    expect(parts[1]!.startsWith('vendor\n')).toBe(true);
  });

  it('parts are read alone: a product INDEX, a fileset INDEX', () => {
    const { products, vendors } = parseIndex(HP, 'INDEX');
    const product = parseIndex(printProduct(products[0]!, vendors[0]), 'INDEX').products[0]!;
    expect(product).toEqual({ ...products[0]!, filesets: [] });
    expect(parseIndex(printFileset(products[0]!.filesets[0]!), 'INDEX').filesets).toEqual(products[0]!.filesets);
  });

  it('repeats a vendor with each of its products, and keeps one that nothing names', () => {
    const product = (id: string) => ({
      id,
      attributes: { tag: id, vendor_tag: 'V' },
      subproducts: [],
      filesets: [],
      controlFiles: [],
    });
    const vendors = [{ attributes: { tag: 'V' } }, { attributes: { tag: 'W' } }];
    const text = printIndex({
      object: 'root',
      attributes: {},
      vendors,
      categories: [],
      bundles: [],
      products: [product('A'), product('B')],
      filesets: [],
    });
    expect(text).toBe(
      'root\nvendor\ntag W\nend\nvendor\ntag V\nend\nproduct\ntag A\nvendor_tag V\nvendor\ntag V\nend\nproduct\ntag B\nvendor_tag V\n',
    );
    expect(parseIndex(text, 'INDEX').vendors).toHaveLength(2);
    expect(parseIndex(text, 'INDEX').object).toBe('root');
  });
});

describe.runIf(hasSwbis)('swbis', () => {
  const members = hasSwbis ? membersOf(path.join(SWBIS, 'widget.ustar.tar')) : new Map<string, Buffer>();
  const read = ({ productId, path: name }: { productId?: string; path: string }) =>
    members.get(`WIDGET_DEPOT/catalog/${productId}/pfiles/${name}`)?.toString();

  it('attributes kept as files are read in', () => {
    const index = members.get('WIDGET_DEPOT/catalog/INDEX')!.toString();
    const document = parseIndex(index, 'INDEX', read);
    expect(document.attributes).toMatchObject({
      create_time: '1768478400',
      tar_format_emulation_options: '-b1 --format=ustar',
    });
    expect(document.vendors[0]!.attributes.description).toBe('Example Works makes\nsample software.');
    const product = document.products[0]!;
    expect(product.attributes).toMatchObject({
      description: 'This is a two-line\ndescription kept in a file.\n',
      is_locatable: 'False',
      all_filesets: ['RUN', 'DOC'],
    });
    expect(product.filesets.map((fileset) => fileset.id)).toEqual(['RUN', 'DOC']);
    expect(product.filesets[1]!.attributes.prerequisites).toEqual(['Widget.RUN,r>=1.0']);
    expect(document.findings.map((each) => each.code)).toEqual(['index_doubled_attribute']);
  });

  it('a text that is not there stays a reference, with a finding', () => {
    const document = parseIndex('product\ntag P\ndescription <description\n', 'INDEX');
    expect(document.products[0]!.attributes.description).toBe('<description');
    expect(document.findings).toMatchObject([
      { code: 'index_missing_text', text: expect.stringContaining('INDEX:3:1') },
    ]);
  });

  it.each(['bundle', 'patch', 'single', 'single.sha1', 'svc'])('%s is read', (name) => {
    const all = membersOf(path.join(SWBIS, `${name}.ustar.tar`));
    const [, index] = [...all].find(([member]) => member.endsWith('catalog/INDEX'))!;
    const document = parseIndex(index.toString(), 'INDEX');
    expect(document.products.length).toBeGreaterThan(0);
    expect(document.products.every((product) => product.filesets.length > 0)).toBe(true);
    if (name === 'bundle') expect(document.bundles[0]!.attributes.contents).toHaveLength(2);
  });
});

describe('ids', () => {
  it('are control directories, made unique where they are missing', () => {
    const text =
      'bundle\ntag A\nproduct\ntag A\nfileset\ntag F\nfileset\ntag F\nproduct\ntag A\ncontrol_directory A.9\nfileset\ntag F\n';
    const document = parseIndex(text, 'INDEX');
    expect(document.bundles[0]!.id).toBe('A');
    expect(document.products.map((product) => product.id)).toEqual(['A.2', 'A.9']);
    expect(document.products[0]!.filesets.map((fileset) => fileset.id)).toEqual(['F', 'F.2']);
    expect(document.products[1]!.filesets.map((fileset) => fileset.id)).toEqual(['F']);
  });
});

it('refuses an attribute outside of every object, and an open quote', () => {
  expect(() => parseIndex('tag x\n', 'INDEX')).toThrow(expect.objectContaining({ code: 'index_syntax' }));
  expect(() => parseIndex('product\ntitle "x\n', 'INDEX')).toThrow(expect.objectContaining({ code: 'index_syntax' }));
});
