"""Pages on which only the style sheet says what a part is: a number, a table, code, a box."""

from __future__ import annotations

from aiohttp import web

from tests.support.site.pages import html

routes = web.RouteTableDef()

_NUMBERED_STYLE = """<style>
body { counter-reset: part figure law shade }
h2 { counter-increment: part; counter-reset: section } h2::before { content: counter(part) ". " }
h3 { counter-increment: section } h3::before { content: counter(part) "." counter(section) " " }
.figure { counter-increment: figure } .figure::before { content: "Figure " counter(figure) ": " }
.law { counter-increment: law } .law::before { content: "Article " counter(law, upper-roman) " " }
.roman { list-style: upper-roman } .none { list-style: none } .flex li { display: flex }
.text { list-style-type: "Step " } .arrow li::marker { content: "→ " } .yes { list-style: "✓ " }
.named li::marker { content: "Q" counter(list-item) ": " }
.nested, .nested ol { list-style: none; counter-reset: item } .nested li { counter-increment: item }
.nested li::before { content: counters(item, ".") " " }
.letters { counter-reset: letter; list-style: none } .letters li { counter-increment: letter }
.letters li::before { content: "(" counter(letter, lower-latin) ") " }
@counter-style paragraph { system: numeric; symbols: "0" "1" "2"; prefix: "§ "; suffix: " " }
.defined { list-style: paragraph }
.off { display: none }
.no::before { content: "✗" } .icon::before { content: "\\e900" }
</style>"""

_NUMBERED = """
<h2>One</h2><h3>a</h3><h2>Two</h2><h3>b</h3><h3>c</h3>
<p class=figure>A cat</p><p class=figure>A dog</p><p class=law>Peace</p><p class=law>War</p>
<ol class=roman start=3><li>third<li>fourth</ol><p>1</p><ol class=none><li>x<li>y</ol><p>2</p>
<ol class=flex><li>x<li>y</ol><p>3</p><ol class=text><li>Mix<li>Bake</ol><p>4</p>
<ul class=arrow><li>x</ul><p>5</p><ul class=yes><li>x</ul><p>6</p><ol class=named><li>x<li>y</ol>
<p>7</p><ol class=nested><li>x<ol><li>y<li>z</ol></ol><p>8</p><ol class=letters><li>x<li>y</ol>
<p>9</p><ol class=defined><li>x<li>y</ol>
<p>10</p><ol reversed class=roman><li>x<li>y<li>z</ol>
<p>11</p><ol reversed class=named><li>x<li>y</ol>
<p>12</p><ol reversed start=9 class=named><li>x</ol>
<button aria-expanded=false aria-controls=more>More</button>
<div class=off id=more><p class=figure>A horse</p><ol class=letters><li>x</ol></div>
<p class=figure>A hen</p><p id=shade></p>
<script>shade.attachShadow({ mode: 'open' }).innerHTML =
  '<style>p::before { content: counter(shade) ". " }</style><p>Shade</p>'</script>
<table><tr><th>Export<th class=no></th></tr></table><p class=icon>icon &#xe901;</p>
"""

_DRAWN_STYLE = """<style>
.table { display: table } .row { display: table-row } .cell { display: table-cell }
.head { display: table-header-group }
.code { white-space: pre; font-family: monospace } .own { display: block }
.line { white-space: pre; font-family: monospace } .unselected { user-select: none }
.upwards { display: flex; flex-direction: column-reverse } .ordered { display: flex }
.wide { display: inline-block; width: 150px }
.box { position: absolute; opacity: 0 } .mark { display: inline-block; width: 16px; height: 16px;
border: 1px solid } .off { display: none }
.stack { position: relative; height: 40px } .stack p { position: absolute; top: 0; left: 0 }
.fold { display: grid; grid-template-rows: 0fr } .fold > div { overflow: hidden }
.cut { clip-path: circle(0) } .shrunk { transform: scale(0) }
.reveal { transform: scale(0); transition: transform 60s } .reveal.on { transform: none }
.tab, .part { display: none } #one:checked ~ .first { display: block }
#two:not(:checked) ~ .second { display: none }
</style>"""

_DRAWN = """
<div class=table><div class=head><div class=row><b class=cell>Plan</b><b class=cell>Price</b></div>
</div><div class=row><div class=cell>Basic</div><div class=cell>$10</div></div></div>
<div class=table><div class=row><div class=cell><h2>Centred</h2></div></div></div>
<div class=table><div class=row><div class=cell><p>Column</p><p>one</p></div>
<div class=cell>two</div></div><div class=row><div class=cell>three</div><div class=cell>four</div>
</div></div>
<div class=code><div>if a:</div><div>    b()</div></div><p>1</p>
<div class=code><span class=own>begin</span><span class=own>  end</span></div><p>2</p>
<div><div class=line>x</div><div class=line>  y</div></div><p>3</p>
<pre><span class=unselected>1</span>one\n<span class=unselected>2</span>  two</pre>
<xmp><b>three</b>\n  four</xmp>
<pre><code><span class=own>five<br></span><span class=own>six<br></span></code></pre>
<div class=upwards><p>last</p><p>first</p></div>
<p class=ordered><span style="order: 2">19</span><span>EUR</span></p>
<p><span class=wide>Name</span><span class=wide>Ann</span></p>
<p>東<ruby>京<rt>きょう</rt></ruby></p>
<p>x<span class=own>y</span>z</p>
<p><label><input type=checkbox class=box checked><span class=mark></span>Gift</label></p>
<p><input type=checkbox class=off id=menu><label for=menu>Menu</label></p>
<form><input type=radio name=size class=box id=s><label for=s>S</label>
<input type=radio name=size class=box id=m checked><label for=m>M</label></form>
<div class=stack><p>Slide 1</p><p style="opacity: 0">Slide 2</p></div>
<h4><button aria-expanded=false aria-controls=fold>Why?</button></h4>
<div class=fold id=fold><div>Because</div></div>
<div class=cut>GONE</div><div class=shrunk>GONE</div>
<form><input type=checkbox>Agree<p class=off>GONE</p></form>
<p>4</p><div class=reveal>Coming</div><div class="shrunk" style="transform: none">Shown</div>
<p>5</p><div><input type=radio name=tab id=one class=tab checked>
<input type=radio name=tab id=two class=tab>
<div class="part first">Tab 1</div><div class="part second">Tab 2</div></div>
<p>6</p><div id=shade></div><svg class=part><text>GONE</text></svg>
<script>shade.attachShadow({ mode: 'open' }).innerHTML = `<style>
  .code { white-space: pre; font-family: monospace } .number { user-select: none }
  .box { position: absolute; opacity: 0 } .row { display: block }
  .mark { display: inline-block; width: 16px; height: 16px; border: 1px solid }</style>
  <input type=checkbox class=box id=it checked><i class=mark></i><label for=it>Ticked</label>
  <span class="code row">if c:\n  d()</span><pre class=number>1</pre>`;
document.body.offsetTop;
document.querySelector('.reveal').classList.add('on')</script>
<object data=/none.png type=image/png>In its place</object>
"""


@routes.get("/numbered")
async def numbered(request: web.Request) -> web.Response:
    """Answer with parts and items that the style sheet numbers."""
    return html(_NUMBERED, head=_NUMBERED_STYLE)


@routes.get("/drawn")
async def drawn(request: web.Request) -> web.Response:
    """Answer with tables, code and boxes that the style sheet draws."""
    return html(_DRAWN, head=_DRAWN_STYLE)


@routes.get("/closed")
async def closed(request: web.Request) -> web.Response:
    """Answer with closed shadow trees, one within another one."""
    return html(
        """<x-outer>light</x-outer><x-full></x-full><div id=host></div>
        <div style="height: 9px"></div>
        <script>
        const define = (name, text) => customElements.define(name, class extends HTMLElement {
          constructor() { super(); this.attachShadow({ mode: 'closed' }).innerHTML = text; }
        });
        define('x-inner', '<p>inner</p>');
        define('x-full', '<style>.gone { display: none }</style><p>full</p><p class=gone>GONE</p>'
          + '<x-inner></x-inner>');
        define('x-outer', '<slot></slot>');
        host.attachShadow({ mode: 'closed' }).innerHTML = '<p>host</p>';
        </script>"""
    )
