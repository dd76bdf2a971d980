/**
 * HTML and what SpamAssassin 4.0.1 makes of it: rendered text, facts, URIs (types, then the texts of anchors behind `>`).
 */

export interface HtmlCase {
  readonly name: string;
  readonly html: string;
  /** Rendered. */
  readonly text: string;
  /** Default: as `text`. */
  readonly visible?: string;
  readonly invisible?: string;
  readonly inside?: Readonly<Record<string, number>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly titles?: readonly string[];
  readonly anchors?: readonly string[];
  readonly comments?: readonly string[];
  readonly scripts?: readonly string[];
  readonly uris?: Readonly<Record<string, readonly string[]>>;
}

export const textCases: readonly HtmlCase[] = [
  {
    name: 'text and white space',
    html: 'Hello  <b>big</b>\n world',
    text: 'Hello big world',
    numbers: { non_space_len: 13, ratio: 0.375 },
    inside: { b: 0 },
  },
  {
    name: 'line break, both forms',
    html: 'a<br>b<br/>c<br />d',
    text: 'a\nb\nc\nd',
    numbers: { non_space_len: 4, ratio: 0.631579 },
    inside: { br: 3 },
  },
  {
    name: 'paragraphs',
    html: '<p>one</p><p>two</p>',
    text: '\n\none\n\n\n\ntwo\n\n',
    numbers: { non_space_len: 6, ratio: 0.3 },
    inside: { p: 0 },
  },
  {
    name: 'white space around blocks',
    html: ' a <div> b </div> c ',
    text: ' a\nb\nc ',
    numbers: { non_space_len: 3, ratio: 0.65 },
    inside: { div: 0 },
  },
  {
    name: 'cells and items',
    html: '<table><tr><td>1</td><td>2</td></tr></table><ul><li>x<li>y</ul>',
    text: ' 1  2  x y',
    numbers: { non_space_len: 4, ratio: 0.84127 },
    inside: { li: 2, table: 0, td: 0, tr: 0, ul: 0 },
  },
  {
    name: 'headings and rules',
    html: '<h1>T</h1>x<hr>y<blockquote>q</blockquote>',
    text: ' T x\n\ny\n\nq\n\n',
    numbers: { non_space_len: 4, ratio: 0.714286 },
    inside: { blockquote: 0, h1: 0, hr: 1 },
  },
  {
    name: 'entities',
    html: '&lt;a&gt; &amp;amp; &quot;&apos; &copy; &eacute; &#65;&#x42;',
    text: '<a> &amp; "\' © é AB',
    numbers: { non_space_len: 14, ratio: 0.683333 },
  },
  {
    name: 'entities without their semicolon',
    html: '&copy2 &notit; &eacutex &mdash &mdash;',
    text: '©2 ¬it; éx &mdash —',
    numbers: { non_space_len: 15, ratio: 0.5 },
  },
  {
    name: 'entities that are none',
    html: '& &; &#; &#x; &bogus; &#0; &#1114112; &#xffff;',
    text: '& &; &#; &#x; &bogus; &#0; &#1114112; &#xffff;',
    numbers: { non_space_len: 39 },
  },
  {
    name: 'surrogates as two references',
    html: '&#xd83d;&#xde00; &#xde00; &#xd83d; x',
    text: '😀 � � x',
    numbers: { non_space_len: 4, ratio: 0.805556 },
  },
  {
    name: 'no-break spaces',
    html: 'a&nbsp;b&nbspc&#160;d',
    text: 'a b c d',
    numbers: { non_space_len: 6, ratio: 0.666667 },
  },
  {
    name: 'text beyond Latin-1 makes it wide',
    html: '&copy; &#8364;',
    text: '© €',
    numbers: { non_space_len: 2, ratio: 0.785714 },
  },
  {
    name: 'comments',
    html: 'a<!-- b --> c <!-- d -- > e <!-- -- x > f --> g',
    text: 'a c  e  g',
    numbers: { non_space_len: 4, ratio: 0.808511 },
    comments: ['<!-- b -->', '<!-- d -- >', '<!-- -- x > f -->'],
  },
  {
    name: 'comments of declarations',
    html: '<!doctype html>a<!x>b<!>c</>d</ e>f<?php g ?>h',
    text: 'abcdfh',
    numbers: { backhair_count: 1, non_space_len: 6, obfuscation_ratio: 5, ratio: 0.869565 },
    inside: { '!doctype': 0 },
    comments: ['<!x>', '<!>', '</>', '</ e>'],
  },
  {
    name: 'a comment without end ends at the next bracket',
    html: 'a <!-- b > c',
    text: 'a  c',
    numbers: { non_space_len: 2, ratio: 0.666667 },
    comments: ['<!-- b >'],
  },
  {
    name: 'markup without end is a comment',
    html: "a <b>x <i class='y",
    text: 'a x ',
    numbers: { non_space_len: 2, ratio: 0.777778 },
    inside: { b: 1 },
    comments: ["<i class='y"],
  },
  {
    name: 'brackets that are no markup',
    html: '1 < 2 > 3 <4> <-> <é>',
    text: '1 < 2 > 3 <4> <-> <é>',
    numbers: { non_space_len: 14, ratio: 0.045455 },
  },
  {
    name: 'attributes with brackets',
    html: '<a title="a>b" href=x>y</a><b c=\'>\'>d',
    text: 'yd',
    numbers: { backhair_count: 1, non_space_len: 2, obfuscation_ratio: 0.333333, ratio: 0.945946 },
    inside: { a: 0, b: 1 },
    anchors: ['y'],
    uris: { x: ['a', '>y'] },
  },
  {
    name: 'script and style',
    html: 'a<script>var b = "<b>x</b>";</script>c<style>p{}</style>d',
    text: 'acd',
    numbers: { backhair_count: 1, non_space_len: 3, obfuscation_ratio: 0.5, ratio: 0.947368 },
    inside: { script: 0, style: 0 },
    scripts: ['var b = "<b>x</b>";'],
  },
  {
    name: 'script without end',
    html: 'a<script>b <b>c</b> d',
    text: 'a',
    numbers: { non_space_len: 1, ratio: 0.952381 },
    inside: { script: 0 },
    scripts: ['b <b>c</b> d'],
  },
  {
    name: 'style without end',
    html: 'a<style>b <b>c',
    text: 'a',
    numbers: { non_space_len: 1, ratio: 0.928571 },
    inside: { style: 0 },
  },
  {
    name: 'title without end',
    html: '<title>a <b>b</b> c',
    text: '\n\na\n\nb c',
    numbers: { non_space_len: 3, ratio: 0.578947 },
    inside: { b: 0, title: 0 },
    titles: ['a '],
  },
  {
    name: 'text areas and others hold no markup',
    html: '<textarea>&amp;<b></textarea><xmp>&amp;<b></xmp><iframe>&amp;<b></iframe>',
    text: '&<b>\n\n&amp;<b>\n\n&amp;<b>',
    numbers: { bad_tag_ratio: 0.333333, non_element_ratio: 0.333333, non_space_len: 20, ratio: 0.671233 },
    inside: { iframe: 0, textarea: 0, xmp: 0 },
  },
  {
    name: 'plaintext has no end',
    html: '<plaintext>a</plaintext><b>c',
    text: '\n\na</plaintext><b>c',
    numbers: { non_space_len: 17, ratio: 0.321429 },
    inside: { plaintext: 1 },
  },
  {
    name: 'marked sections',
    html: 'a<![CDATA[ <b>&amp; ]]>b<![INCLUDE[ c<i>d ]]>e<![IGNORE[ f <b> ]]>g',
    text: 'a <b>&amp; b cd eg',
    numbers: { backhair_count: 1, non_space_len: 14, obfuscation_ratio: 2, ratio: 0.731343 },
    inside: { i: 1 },
  },
  {
    name: 'conditional comments of word processors',
    html: '<!--[if mso]>a<![endif]-->b<![if !mso]>c<![endif]>d',
    text: 'bcd',
    numbers: { backhair_count: 1, non_space_len: 3, ratio: 0.941176 },
    comments: ['<!--[if mso]>a<![endif]-->', '<![if !mso]>', '<![endif]>'],
  },
];
