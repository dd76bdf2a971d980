/** HTML of unwanted mail: hidden text, tiny and odd fonts, images only, forms, links that lie, broken tags. */
import type { Random } from '../../generate/random.js';
import { token, utf8 } from './mail-parts.js';
import { KNOWN_HOSTS } from './people.js';
import { foreign, paragraph, url, vocabularies, word } from './texts.js';

const COLORS = [
  '#fff',
  '#ffffff',
  'white',
  '#fefefe',
  '#000000',
  'red',
  '#FF0000',
  '#f0f',
  'rgb(255,255,255)',
  '#ffff0',
  'transparent',
  '#0f0f0f',
  'ivory',
  '00ff00',
];
const SIZES = ['1', '0', '-1', '+3', '7', '1px', '0px', '0.1px', '2pt', '36px', '200%'];

const text = (random: Random, length = 120): string => paragraph(random, random.pick(vocabularies), length);

/** Each of these can stand anywhere in a body. */
export const tricks: readonly ((random: Random) => string)[] = [
  (r) =>
    `<font color="${r.pick(COLORS)}" size="${r.pick(SIZES)}" face="${r.pick(['Arial', 'Comic Sans MS', '宋体', 'Verdana,Tahoma'].map(utf8))}">${text(r)}</font>`,
  (r) => `<span style="font-size:${r.pick(SIZES)};color:${r.pick(COLORS)}">${text(r)}</span>`,
  (r) => `<div style="display:none">${text(r, 300)}</div>`,
  (r) => `<p style="visibility: hidden; background-color:${r.pick(COLORS)}; color: ${r.pick(COLORS)}">${text(r)}</p>`,
  (r) =>
    `<img src="${url(r)}.gif" width="${r.pick(['1', '600', '100%', '0'])}" height="${r.pick(['1', '800', '0', ''])}">`,
  (r) => `<img src="cid:${token(r, 8)}@${token(r, 6)}" alt="">`,
  (r) => `<a href="http://${r.pick(KNOWN_HOSTS)}/${token(r, 5)}">https://www.${r.pick(KNOWN_HOSTS)}/login</a>`,
  (r) => `<a href=${url(r)}>${text(r, 20)}</a>`,
  (r) => `<a href='${url(r)}' title="${token(r, 5)}"><img src='${url(r)}'></a>`,
  (r) => `<form action="${url(r)}" method=post><input type="password" name=p><input type=submit value="Login"></form>`,
  (r) => `<a href="https://${r.pick(KNOWN_HOSTS)}">http://${r.pick(KNOWN_HOSTS)}</a>`,
  (r) => `<iframe src="${url(r)}" width=0 height=0></iframe>`,
  (r) =>
    `<script language="javascript">document.write(unescape("%3C${token(r, 8)}"));window.open('${url(r)}')</script>`,
  (r) => `<!-- ${text(r)} -->`,
  (r) => `<${token(r, 7)}>${text(r)}</${token(r, 7)}>`,
  (r) => text(r, 40).replace(/(\w)(\w)/g, '$1<!-- x -->$2'),
  (r) => text(r, 60).replace(/[aeiou]/g, (one) => `&#${one.charCodeAt(0)};`),
  (r) => `<b>${text(r)}<i>${text(r, 20)}</b></i>`,
  (r) => `<title>${text(r, 30)}</title>`,
  (r) => `<base href="http://${r.pick(KNOWN_HOSTS)}/"><a href="${token(r, 6)}/x.html">here</a>`,
  (r) => `<table background="${url(r)}" bgcolor=${r.pick(COLORS)}><tr><td width=1>${text(r)}</td></tr></table>`,
  (r) => `<body bgcolor="${r.pick(COLORS)}" text="${r.pick(COLORS)}" onload="x()">`,
  (r) => `<meta http-equiv="refresh" content="0;url=${url(r)}">`,
  (r) => `<center><h1><blink><font size=+5 color=red>${text(r, 30).toUpperCase()}</font></blink></h1></center>`,
  (r) => `<marquee>${text(r, 30)}</marquee><embed src="${url(r)}"><object data="x"></object><applet></applet>`,
  (r) => `<area href="${url(r)}" shape=rect><link rel="stylesheet" href="${url(r)}">`,
  (r) => `<p>${utf8(word(r, r.pick(foreign)))} ${utf8(word(r, r.pick(foreign)))}</p>`,
  (r) => `${'&nbsp;'.repeat(5 + r.below(40))}&lt;&gt;&amp;&quot;&copy;&#8364;&#x20AC;&euro;&zwnj;&#8203;`,
  (r) => `<br>`.repeat(3 + r.below(30)),
  (r) => `<strike>${text(r, 10)}</strike><small>${text(r, 30)}</small><big>${text(r, 10)}</big>`,
  (r) => `<a href="#top">x</a><a href="mailto:${token(r, 5)}@${r.pick(KNOWN_HOSTS)}?subject=remove">remove</a>`,
  (r) => `<a href="data:text/html;base64,PGI+">x</a><img src="data:image/png;base64,${token(r, 80)}">`,
  (r) => `<style>.${token(r, 4)}{color:${r.pick(COLORS)};font-size:${r.pick(SIZES)}}${text(r, 200)}</style>`,
  (r) => `<div style='position:absolute;left:-999px;line-height:0'>${text(r)}</div>`,
  (r) => `<td style="background:url(${url(r)})">${text(r, 30)}`,
  (r) => `< font>${text(r, 20)}</ font><p/><br/ ><a href="http://x.example/>${text(r, 10)}`,
  (r) => `<a href="${url(r).replace(/[aeiou]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}">${url(r)}</a>`,
];

/** A document, whole or without its frame, with `inserts` (octets) somewhere in it. */
export function spamPage(random: Random, inserts: readonly string[]): string {
  const pieces = [...inserts.map((one) => random.pick([one, `<p>${one}</p>`, `<div>${one}</div>`, `<td>${one}</td>`]))];
  for (let i = random.below(7); i > 0; i--)
    pieces.splice(random.below(pieces.length + 1), 0, random.pick(tricks)(random));
  for (let i = random.below(4); i > 0; i--)
    pieces.splice(random.below(pieces.length + 1), 0, `<p>${text(random, 300)}</p>`);
  const inner = pieces.join(random.pick(['\n', '\n', '', '<br>\n']));
  return random.pick([
    () => `<html><head></head><body>\n${inner}\n</body></html>\n`,
    () =>
      `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">\n<HTML><HEAD>\n<META content="MSHTML 6.00.2900.2180" name=GENERATOR></HEAD>\n<BODY bgColor=#ffffff>\n${inner}\n</BODY></HTML>\n`,
    () => `${inner}\n`,
    () => `<html>${inner}`,
    () => `<body style="background:${random.pick(COLORS)}">${inner}</body>\n`,
    () => `<html><body>${inner.replace(/\n/g, '')}</body></html>`,
  ])();
}
