// Line icons on a grid of 24, drawn here so that none is fetched.
const SVG = 'http://www.w3.org/2000/svg'
const PATHS = {
  compose: 'M12 20h9M16.5 3.5a2.1 2.1 0 0 1 3 3L7 19l-4 1 1-4Z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  send: 'M12 19V5M5 12l7-7 7 7',
  stop: 'M7 7h10v10H7Z',
  copy: 'M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1ZM5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  again: 'M20 11a8 8 0 1 0-2.3 6.3M20 5v6h-6',
  edit: 'M4 20h4L19 9l-4-4L4 16ZM13 7l4 4',
  left: 'M15 6l-6 6 6 6',
  right: 'M9 6l6 6-6 6',
  down: 'M12 5v14M5 12l7 7 7-7',
  warn: 'M12 9v4M12 17h.01M10.3 3.9 2.4 17.5A2 2 0 0 0 4.1 20.5h15.8a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
  menu: 'M4 6h16M4 12h16M4 18h10',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3ZM12 15v5',
  tune: 'M4 7h8M18 7h2M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM4 17h2M12 17h8M9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
  inspect: 'M4 6h16M4 12h9M4 18h6M17 13a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM19.2 18.2 22 21',
  good: 'M7 11v9H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3l4-8a2.5 2.5 0 0 1 2.5 3L13 9h5.5a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 17.1 20H7',
  bad: 'M7 13V4H4a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1h3l4 8a2.5 2.5 0 0 0 2.5-3L13 15h5.5a2 2 0 0 0 2-2.4l-1.4-7A2 2 0 0 0 17.1 4H7',
  play: 'M8 5.5v13l10-6.5Z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  graph: 'M9 3h6v5H9ZM3 16h6v5H3ZM15 16h6v5h-6ZM12 8v4M6 16v-4h12v4',
  clip: 'M20 11.5 12 19.4a5 5 0 0 1-7.1-7.1l8.2-8.1a3.3 3.3 0 0 1 4.7 4.7l-8.1 8.1a1.7 1.7 0 0 1-2.4-2.4l7.4-7.3',
  document: 'M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7ZM14 3v4h4M9 12h6M9 16h6',
  picture: 'M4 5h16v14H4ZM4 16l4.5-4.5 4 4 3-3L20 17M15 9.5h.01',
  cross: 'M6 6l12 12M18 6L6 18',
}

/** @param {keyof PATHS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg')
  for (const [key, value] of Object.entries({viewBox: '0 0 24 24', 'aria-hidden': 'true', class: `i i-${name}`})) svg.setAttribute(key, value)
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
