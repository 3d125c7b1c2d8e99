"""Pages whose HTML alone does not say what a reader sees: style sheets and scrolling do."""

from __future__ import annotations

from aiohttp import web

from tests.support.site.pages import html

routes = web.RouteTableDef()

STYLED = """
<nav class=phone><a href=/home>Home</a></nav><nav><a href=/home>Home</a></nav>
<h1>Teapot <span class=sr>current page</span></h1>
<noscript>GONE <img src=/lazy.png alt=Late></noscript>
<p class=gone>GONE</p><p class=invisible>GONE</p>
<div style="content-visibility: hidden"><p>GONE</p></div>
<p hidden class=shown>Shown despite its attribute</p>
<div role=dialog class=gone>GONE</div><div id=template class=gone>GONE</div>
<p><span class=sr>GONE</span>49 euros</p>
<p>Now <span><span class=sr>19.99</span><span aria-hidden=true>19<sup>99</sup></span></span></p>
<p>Rated <span aria-hidden=true>4.5</span></p><p><i class=icons>shopping_cart</i> cart</p>
<a href=/t><svg width=9 height=9></svg><span class=sr>Toots</span></a>
<div class=row><span>Weight</span><span>1.2 kg</span></div>
<p><b class=own>New</b><span class=own>Only today</span></p>
<p><b class=badge>Sale</b><i>ends</i></p>
<p><span class=initial>O</span>nce</p>
<h2><span class=letter>H</span><span class=letter>i</span></h2>
<p class=lines>Roses are red,
violets are blue</p>
<x-row>First</x-row><x-row>Second</x-row>
<p class=price data-amount=24.90>single trip</p><p class=icon>bell</p>
<pre><code class=column><span>if (a) {</span><span>  run(a);</span><span>}</span></code></pre>
"""

_STYLE = """<style>
.phone, .gone, .pane, .slide { display: none } .invisible { visibility: hidden }
.shown, .pane.on, .slide.on { display: block }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0, 0, 0, 0) }
.icons { font-family: "Material Icons" }
.row { display: flex; justify-content: space-between } .own, x-row { display: block }
.badge { padding: 4px 8px } .initial { float: left; font-size: 3em }
.letter { display: inline-block } .lines { white-space: pre-line }
.price::before { content: "EUR " attr(data-amount) " " }
.icon::before { content: "\\f0f3"; font-family: Icons }
.column { display: flex; flex-direction: column } .click { cursor: pointer }
.flat { height: 0; overflow: hidden } .list li + li { display: none }
</style>"""

UNFOLDED = """
<a href="#second" data-toggle=tab>Reviews</a>
<div class=tabs><div class="pane on">Kept 1</div>
<div class=pane id=second>Kept 2</div></div>
<div class=click>How long?</div><div class=gone>Kept 3</div>
<div class=carousel><div class="slide on">Kept 4</div><div class=slide>Kept 5</div></div>
<button aria-expanded=false aria-controls=answer>Why?</button><p id=answer hidden>Kept 6</p>
<div role=tabpanel aria-hidden=true class=gone>Kept 7</div>
<button data-toggle=modal data-target="#login">Log in</button><div class=gone id=login>GONE</div>
<form><input name=q><input name=children>
<p class=gone>GONE</p><button>Send</button><p class=gone>GONE</p></form>
<p><a href=/real>A link</a></p><p class=gone>GONE</p><div class=flat>GONE</div>
<h3>Where? <button>+</button></h3><div class=flat>Kept 8</div>
<ul class=list><li>Kept 9<li>Kept 10</ul><button>Show all</button>
"""

_FIELDS = """
<label>Note</label><textarea id=note>first text</textarea>
<label>Number <input id=number></label>
<input type=password value=GONE><input type=hidden value=GONE>
<label>Size <select id=size><option>S</option><option>M</option></select></label>
<ul><li><input type=checkbox id=box> Task</li></ul>
<script>note.value = "Back door"; number.value = "ORD-1"; size.value = "M"; box.checked = true
document.querySelector('[type=password]').value = "GONE"</script>
"""


@routes.get("/styled")
async def styled(request: web.Request) -> web.Response:
    """Answer with a page whose style sheet decides what is seen, and how it is set apart."""
    return html(STYLED, head=_STYLE)


@routes.get("/trusted-types")
async def trusted_types(request: web.Request) -> web.Response:
    """Answer with a page that lets no script parse HTML."""
    policy = "require-trusted-types-for 'script'; trusted-types 'none'; style-src 'unsafe-inline'"
    response = html(
        "<p class=gone>GONE</p><p>seen</p><noscript><img src=/a.png alt=Late></noscript>"
        "<iframe sandbox srcdoc='<p>boxed</p>'></iframe>",
        head=_STYLE,
    )
    response.headers["Content-Security-Policy"] = policy
    return response


@routes.get("/named-like-properties")
async def named_like_properties(request: web.Request) -> web.Response:
    """Answer with elements whose names hide properties of their form and of the document."""
    names = ("style", "className", "children", "closest", "firstChild", "attributes", "shadowRoot")
    fields = "".join(f"<input name={name}>" for name in names)
    return html(
        "<form name=implementation style='display: block'>"
        f"{fields}</form><form name=documentElement></form><form name=doctype></form>"
        "<form name=defaultView></form><p class=gone>GONE</p><p>seen</p>",
        head=_STYLE,
    )


@routes.get("/folded")
async def folded(request: web.Request) -> web.Response:
    """Answer with tabs, accordions and the like: `Kept`. What nothing unfolds is `GONE`."""
    return html(UNFOLDED, head=_STYLE)


@routes.get("/fields")
async def fields(request: web.Request) -> web.Response:
    """Answer with fields that a script fills."""
    return html(_FIELDS)


@routes.get("/frames-of-site")
async def frames_of_site(request: web.Request) -> web.Response:
    """Answer with frames of another host of the site, of another site, and in sandboxes."""
    port = request.url.port
    return html(
        f"""<iframe src="http://jobs.site.localhost:{port}/framed/jobs"></iframe>
        <iframe src="http://other.localhost:{port}/framed/other"></iframe>
        <iframe sandbox src="/framed/boxed"></iframe>
        <iframe sandbox srcdoc="<p>from a box <a href='next'>next</a></p>"></iframe>
        <iframe sandbox=allow-scripts srcdoc="<p id=x></p><script>x.textContent = 'by script'
        </script>"></iframe>"""
    )


@routes.get("/high")
async def high(request: web.Request) -> web.Response:
    """Answer with a high page that says how far it was scrolled."""
    listen = "addEventListener('scroll', () => {});" if "observed" in request.query else ""
    return html(
        f"""<p id=place>at 0</p><div style="height: 5000px">high</div><script>{listen}
        let most = 0;
        const look = () => {{
          if (scrollY > most) place.textContent = `at ${{most = scrollY}}`;
          requestAnimationFrame(look);
        }};
        look();
        </script>""",
    )


@routes.get("/on-sight")
async def on_sight(request: web.Request) -> web.Response:
    """Answer with parts that a script fills when they come into view; `?endless` adds more."""
    grow = "add()" if "endless" in request.query else ""
    return html(
        f"""<script>
        const observer = new IntersectionObserver((entries) => {{
          for (const {{ isIntersecting, target }} of entries) {{
            if (!isIntersecting) continue;
            observer.unobserve(target);
            target.textContent = `found ${{target.dataset.part}}`;
            {grow}
          }}
        }});
        let parts = 0;
        const add = () => {{
          const part = document.createElement('p');
          part.style.marginTop = '1600px';
          part.dataset.part = ++parts;
          document.body.append(part);
          observer.observe(part);
        }};
        add(); add(); add();
        </script>"""
    )


@routes.get("/fading")
async def fading(request: web.Request) -> web.Response:
    """Answer with a red and a blue part, as high as the viewport, that are shown while in view."""
    return html(
        """<div style="height: 100vh">top</div>
        <section style="background: #ff0000"></section>
        <section style="background: #0000ff"></section>
        <script>
        const observer = new IntersectionObserver((entries) => {
          for (const { target, isIntersecting } of entries) {
            target.classList.toggle('in', isIntersecting);
          }
        });
        document.querySelectorAll('section').forEach((section) => observer.observe(section));
        </script>""",
        head="<style>body { margin: 0 } section { height: 100vh; opacity: 0 } "
        "section.in { opacity: 1 }</style>",
    )
