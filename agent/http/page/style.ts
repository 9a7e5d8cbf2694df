/** The page's only style sheet. One column on a phone; colours for light and dark from one list. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f5f6f8, #0f1318); --card: light-dark(#fff, #171d24); --line: light-dark(#dde1e7, #2a323c);
  --ink: light-dark(#171b21, #e8ebef); --soft: light-dark(#5a6572, #97a3b0);
  --good: light-dark(#1a7f45, #4cc27b); --warn: light-dark(#9a6100, #e3a73c); --bad: light-dark(#c0262d, #ff7b72);
  --unknown: light-dark(#57606c, #9aa5b1); --on: light-dark(#fff, #0f1318);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
p, h1, h2, dl, dd, ul { margin: 0; padding: 0; }
header { display: grid; gap: .25rem; margin-bottom: 1rem; padding: 1rem 1.1rem; border-radius: .6rem; color: #fff;
  background: var(--deep); }
h1 { font-size: 1.35rem; line-height: 1.3; }
header p { opacity: .9; font-size: .9rem; }
.notice, article { background: var(--card); border: 1px solid var(--line); border-left: .35rem solid var(--tone);
  border-radius: .6rem; padding: .8rem 1rem; margin-bottom: .8rem; }
.notice ul { padding-left: 1.2rem; }
.title { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
h2 { font-size: 1.1rem; }
.state { background: var(--tone); color: var(--on); border-radius: 1rem; padding: .05rem .6rem; font-size: .82rem; font-weight: 600; }
.title .age { color: var(--soft); margin-left: auto; font-size: .85rem; }
.message { margin-top: .35rem; }
.space { margin-top: .6rem; }
.space svg { display: block; width: 100%; height: .55rem; border-radius: .3rem; }
.space .all { fill: var(--line); } .space .used { fill: var(--fill); }
.space p { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; color: var(--soft); font-size: .85rem; }
dl { margin-top: .6rem; display: grid; grid-template-columns: 6.5rem 1fr; gap: .15rem .8rem; font-size: .9rem; }
dt { color: var(--soft); }
.good { --tone: var(--good); --deep: light-dark(#1a7f45, #14532d); }
.warn { --tone: var(--warn); --deep: light-dark(#9a6100, #6b4300); }
.bad { --tone: var(--bad); --deep: light-dark(#c0262d, #7f1d1d); }
.unknown { --tone: var(--unknown); --deep: light-dark(#57606c, #3b434d); }
.roomy { --fill: var(--good); } .tight { --fill: var(--warn); } .full { --fill: var(--bad); }
footer { color: var(--soft); font-size: .85rem; display: grid; gap: .2rem; }
a { color: inherit; }
@media (max-width: 32rem) {
  body { padding: .6rem; } dl { grid-template-columns: 5.4rem 1fr; gap: .15rem .6rem; }
  .title .age { margin-left: 0; width: 100%; }
}
`;
