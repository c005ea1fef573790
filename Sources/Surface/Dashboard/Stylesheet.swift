// SPDX-License-Identifier: Apache-2.0

/// The one stylesheet of all pages: calm, readable, light or dark as the reader's system is.
enum Stylesheet {
    static let text = #"""
        :root { color-scheme: light dark; --line: #d8dee4; --soft: #57606a; --ok: #1a7f37; --warn: #9a6700; --bad: #cf222e;
          --page: #ffffff; --card: #f6f8fa; --ink: #1f2328; --link: #0969da; }
        @media (prefers-color-scheme: dark) { :root { --line: #30363d; --soft: #9198a1; --ok: #3fb950; --warn: #d29922;
          --bad: #f85149; --page: #0d1117; --card: #151b23; --ink: #e6edf3; --link: #4493f8; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        header, main { max-width: 72rem; margin: 0 auto; padding: 1rem 1.5rem; }
        header { border-bottom: 1px solid var(--line); display: flex; gap: 1rem; align-items: baseline; }
        header a { color: var(--ink); font-weight: 600; text-decoration: none; }
        header span { color: var(--soft); }
        h1 { font-size: 1.3rem; margin: 1rem 0; }
        h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
        a { color: var(--link); }
        table { border-collapse: collapse; width: 100%; }
        th { text-align: left; color: var(--soft); font-weight: 500; }
        th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
        code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
        pre .add { color: var(--ok); } pre .remove { color: var(--bad); } pre .place { color: var(--soft); }
        .ok { color: var(--ok); } .warn { color: var(--warn); } .bad { color: var(--bad); } .soft { color: var(--soft); }
        .error { color: var(--bad); margin: .25rem 0; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        """#
}
