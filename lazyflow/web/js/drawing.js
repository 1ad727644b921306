// What Temml's MathML needs beside the browser's own drawing, after Temml-Local.css (MIT, Ron Kok and contributors).
export const styles = `
math { font-family: Formulas, math; font-style: normal; font-weight: normal; line-height: normal; text-indent: 0; letter-spacing: normal; word-wrap: normal; direction: ltr; font-size: 1.08em; }
math * { border-color: currentcolor; }
math.tml-display { display: block; width: 100%; }
.mathcal { font-feature-settings: "ss01"; }
mfrac > :nth-child(2), msqrt, mover > :first-child { math-shift: compact; }
.tml-left { text-align: -webkit-left; text-align: left; }
.tml-right { text-align: -webkit-right; text-align: right; }
.tml-sml-pad { padding-left: .05em; } .tml-med-pad { padding-left: .1em; } .tml-lrg-pad { padding-left: .15em; }
.chr-sml { transform: translate(.07em, 0); } .chr-med { transform: translate(.14em, 0); } .chr-lrg { transform: translate(.21em, 0); }
.chr-sml-vec { transform: scale(.75) translate(.07em, 0); } .chr-med-vec { transform: scale(.75) translate(.14em, 0); } .chr-lrg-vec { transform: scale(.75) translate(.21em, 0); }
.tml-hat-1 { transform: scale(1.9, 1); } .tml-hat-2 { transform: scale(3.9, 1); } .tml-hat-3 { transform: scale(5.8, 1); } .tml-hat-4 { transform: scale(7.8, 1); }
.tml-tilde-2 { transform: scale(2, 1.1); } .tml-tilde-3 { transform: scale(3, 1.1); } .tml-tilde-4 { transform: scale(4, 1.1); }
menclose { position: relative; padding: .5ex 0; }
.tml-overline { padding: .1em 0 0; border-top: .065em solid; } .tml-underline { padding: 0 0 .1em; border-bottom: .065em solid; }
.tml-fbox { padding: 3pt; border: 1px solid; }
.tml-cancel { display: inline-block; position: absolute; left: .5px; bottom: 0; width: 100%; height: 100%; background-color: currentcolor; }
.upstrike { clip-path: polygon(.05em 100%, 0 calc(100% - .05em), calc(100% - .05em) 0, 100% .05em); }
.downstrike { clip-path: polygon(0 .05em, .05em 0, 100% calc(100% - .05em), calc(100% - .05em) 100%); }
.tml-xcancel { clip-path: polygon(.05em 0, 0 .05em, calc(50% - .05em) 50%, 0 calc(100% - .05em), .05em 100%, 50% calc(50% + .05em), calc(100% - .05em) 100%, 100% calc(100% - .05em), calc(50% + .05em) 50%, 100% .05em, calc(100% - .05em) 0, 50% calc(50% - .05em)); }
.sout { clip-path: polygon(0 calc(55% + .0333em), 0 calc(55% - .0333em), 100% calc(55% - .0333em), 100% calc(55% + .0333em)); }
`
