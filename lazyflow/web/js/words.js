// The page's own words, in the browser's language. `{…}` is filled in; before a `|` stands what is said of one.
const EN = {
  message: 'Message', placeholder: 'Write a message', send: 'Send', stop: 'Stop', newChat: 'New conversation',
  dark: 'Dark mode', light: 'Light mode', useContext: 'Use context',
  contextHelp: 'On: the conversation so far is sent along. Off: the message goes alone.',
  copy: 'Copy', copied: 'Copied', regenerate: 'Answer again', edit: 'Edit', cancel: 'Cancel', save: 'Send',
  retry: 'Retry', you: 'You', answer: 'Answer', thinking: 'Thinking…', thought: 'Thought for {s} s', thoughts: 'Thoughts',
  steps: 'Steps', stepsDone: '{n} step|{n} steps', stopped: 'Stopped', interrupted: 'Interrupted', cut: 'Reached the limit of tokens', alone: 'Sent without context',
  tokens: '{n} token|{n} tokens', speed: '{n} tokens/s', first: 'first token after {s} s', busy: 'Wait for the answer to end, or stop it.',
  lost: 'Connection lost. Reconnecting…', back: 'Connected again', latest: 'Go to the latest message', showAll: 'Show all', showLess: 'Show less',
  loading: 'Loading {node}', fetching: 'fetching', reading: 'reading', starting: 'starting', failedNode: '{node} is not available',
  moreProblems: '{n} more: the terminal shows them all', problems: 'The app’s files have problems. The last good version goes on.', failures: 'The new version could not start. The last good one goes on.',
  restart: 'restart needed for {what}', details: 'Details', previous: 'Previous version', next: 'Next version',
  writing: 'The answer is being written', done: 'The answer is complete', code: 'code', image: 'image', conversation: 'Conversation',
  failed: 'Something went wrong', seconds: '{s} s', examples: 'Examples', table: 'Table',
  conversations: 'Conversations', search: 'Search conversations', rename: 'Rename', pin: 'Pin', unpin: 'Unpin', remove: 'Delete', undo: 'Undo',
  removed: 'Deleted', pinned: 'Pinned', today: 'Today', yesterday: 'Yesterday', week: 'Last 7 days', month: 'Last 30 days', older: 'Older', none: 'No conversations', moreConversations: 'Show more', titleOf: 'Title', close: 'Close',
  exportAs: 'Export as {name}', bring: 'Import conversations', brought: 'Imported: {n}', skipped: 'Not readable: {n}', leftOut: 'Files left out: {n}',
  inspect: 'Details of the answer', parameters: 'Parameters', noCalls: 'No model was asked for this answer.', promptFigure: 'Prompt tokens', cachedFigure: 'of them cached', completionFigure: 'Completion tokens', firstFigure: 'First token after', secondsFigure: 'Whole call',
  good: 'Good answer', bad: 'Bad answer', note: 'Note', noteHelp: 'What was good or bad about it? (optional)', saveNote: 'Save note',
  goOn: 'Continue', sameAgain: 'Same again', answerBy: 'Answer with {node}', removeMessage: 'Delete this and what follows', removedMessage: 'Message deleted', inLine: 'Waiting in line: place {n}',
  settings: 'Settings', settingsHelp: 'They hold for this conversation, from the next answer on.', reset: 'Reset', resetAll: 'Reset all', bounds: 'From {min} to {max}', least: 'At least {min}', engines: 'The model’s choice', automatic: 'auto', lines: 'One on each line; \\n is a line break.',
  attach: 'Attach files', attachments: 'Attachments', attached: '{name} is attached', removeFile: 'Remove {name}', uploading: 'Uploading {name}', uploadingWait: 'Wait until the files are uploaded.',
  file_off: 'This app takes no files.', file_many: 'A message may have no more files than {most}.', file_failed: '{name} could not be uploaded. Try again.', file_kind: '{name} is not taken: nobody here reads such files.', file_empty: '{name} is empty.',
  file_large: '{name} is larger than {most} MB.', file_long: '{name} holds more than {most} characters of text.', file_pages: '{name} has more than {most} pages.', file_locked: '{name} is locked with a password.', file_scan: '{name} holds pictures of pages and no text.',
  file_damaged: '{name} is damaged or no proper PDF.', file_slow: 'Reading {name} took too long.', file_full: 'There is no room for {name}: your files may have {most} MB in all. Delete conversations whose files you no longer need.', file_unknown: '{name} is neither text (UTF-8) nor a PDF nor a picture (PNG, JPEG, WebP, GIF).',
  inspector: 'Inspector', graph: 'Graph', models: 'Models', events: 'Events', atWork: 'At work: {nodes}', idle: 'No node is at work.', noAnswer: 'There is no answer yet.', noModels: 'No model runs on this machine for this page.',
  state_ready: 'loaded', state_loading: 'loading', state_failed: 'failed', of: '{n} of {all}', contextFigure: 'Context of a conversation', layersFigure: 'Layers on devices', sizeFigure: 'Size', usedFigure: 'Tokens in the KV cache', answersFigure: 'Answers', queued: '{running} running, {waiting} waiting, {slots} slots',
}
const DE = {
  message: 'Nachricht', placeholder: 'Nachricht schreiben', send: 'Senden', stop: 'Anhalten', newChat: 'Neue Unterhaltung',
  dark: 'Dunkle Darstellung', light: 'Helle Darstellung', useContext: 'Kontext nutzen',
  contextHelp: 'An: Die bisherige Unterhaltung wird mitgeschickt. Aus: Nur die Nachricht selbst.',
  copy: 'Kopieren', copied: 'Kopiert', regenerate: 'Neu beantworten', edit: 'Bearbeiten', cancel: 'Abbrechen', save: 'Senden',
  retry: 'Erneut versuchen', you: 'Du', answer: 'Antwort', thinking: 'Denkt nach…', thought: '{s} s nachgedacht', thoughts: 'Gedanken',
  steps: 'Schritte', stepsDone: '{n} Schritt|{n} Schritte', stopped: 'Angehalten', interrupted: 'Unterbrochen', cut: 'Token-Grenze erreicht', alone: 'Ohne Kontext gesendet',
  tokens: '{n} Token', speed: '{n} Token/s', first: 'erstes Token nach {s} s', busy: 'Warte das Ende der Antwort ab oder halte sie an.',
  lost: 'Verbindung verloren. Neuer Versuch…', back: 'Wieder verbunden', latest: 'Zur neuesten Nachricht', showAll: 'Alles zeigen', showLess: 'Weniger zeigen',
  loading: '{node} wird geladen', fetching: 'herunterladen', reading: 'lesen', starting: 'starten', failedNode: '{node} ist nicht verfügbar',
  moreProblems: '{n} weitere: das Terminal zeigt alle', problems: 'Die Dateien der App haben Fehler. Der letzte gute Stand läuft weiter.', failures: 'Der neue Stand konnte nicht starten. Der letzte gute läuft weiter.',
  restart: 'Neustart nötig für {what}', details: 'Einzelheiten', previous: 'Vorige Fassung', next: 'Nächste Fassung',
  writing: 'Die Antwort wird geschrieben', done: 'Die Antwort ist vollständig', code: 'Code', image: 'Bild', conversation: 'Unterhaltung',
  failed: 'Etwas ist schiefgegangen', seconds: '{s} s', examples: 'Beispiele', table: 'Tabelle',
  conversations: 'Unterhaltungen', search: 'Unterhaltungen durchsuchen', rename: 'Umbenennen', pin: 'Anheften', unpin: 'Lösen', remove: 'Löschen', undo: 'Rückgängig',
  removed: 'Gelöscht', pinned: 'Angeheftet', today: 'Heute', yesterday: 'Gestern', week: 'Letzte 7 Tage', month: 'Letzte 30 Tage', older: 'Älter', none: 'Keine Unterhaltungen', moreConversations: 'Mehr zeigen', titleOf: 'Titel', close: 'Schließen',
  exportAs: 'Als {name} sichern', bring: 'Unterhaltungen importieren', brought: 'Importiert: {n}', skipped: 'Nicht lesbar: {n}', leftOut: 'Ausgelassene Dateien: {n}',
  inspect: 'Einzelheiten der Antwort', parameters: 'Parameter', noCalls: 'Für diese Antwort wurde kein Modell gefragt.', promptFigure: 'Token der Eingabe', cachedFigure: 'davon im Cache', completionFigure: 'Token der Antwort', firstFigure: 'Erstes Token nach', secondsFigure: 'Ganzer Aufruf',
  good: 'Gute Antwort', bad: 'Schlechte Antwort', note: 'Anmerkung', noteHelp: 'Was war gut oder schlecht daran? (freiwillig)', saveNote: 'Anmerkung sichern',
  goOn: 'Fortsetzen', sameAgain: 'Noch einmal', answerBy: 'Mit {node} beantworten', removeMessage: 'Dies und alles danach löschen', removedMessage: 'Nachricht gelöscht', inLine: 'In der Warteschlange: Platz {n}',
  settings: 'Einstellungen', settingsHelp: 'Sie gelten für diese Unterhaltung, ab der nächsten Antwort.', reset: 'Zurücksetzen', resetAll: 'Alle zurücksetzen', bounds: 'Von {min} bis {max}', least: 'Mindestens {min}', engines: 'Wahl des Modells', automatic: 'auto', lines: 'Je Zeile einer; \\n ist ein Zeilenumbruch.',
  attach: 'Dateien anhängen', attachments: 'Anhänge', attached: '{name} ist angehängt', removeFile: '{name} entfernen', uploading: '{name} wird hochgeladen', uploadingWait: 'Warte, bis die Dateien hochgeladen sind.',
  file_off: 'Diese App nimmt keine Dateien an.', file_many: 'Eine Nachricht darf nicht mehr Dateien haben als {most}.', file_failed: '{name} konnte nicht hochgeladen werden. Versuche es noch einmal.', file_kind: '{name} wird nicht angenommen: Niemand hier liest solche Dateien.', file_empty: '{name} ist leer.',
  file_large: '{name} ist größer als {most} MB.', file_long: '{name} hat mehr als {most} Zeichen Text.', file_pages: '{name} hat mehr als {most} Seiten.', file_locked: '{name} ist mit einem Passwort gesperrt.', file_scan: '{name} enthält Bilder von Seiten und keinen Text.',
  file_damaged: '{name} ist beschädigt oder kein richtiges PDF.', file_slow: '{name} zu lesen hat zu lange gedauert.', file_full: 'Für {name} ist kein Platz: Deine Dateien dürfen zusammen {most} MB haben. Lösche Unterhaltungen, deren Dateien du nicht mehr brauchst.', file_unknown: '{name} ist weder Text (UTF-8) noch ein PDF noch ein Bild (PNG, JPEG, WebP, GIF).',
  inspector: 'Inspektor', graph: 'Graph', models: 'Modelle', events: 'Ereignisse', atWork: 'An der Arbeit: {nodes}', idle: 'Kein Knoten arbeitet.', noAnswer: 'Es gibt noch keine Antwort.', noModels: 'Für diese Seite läuft kein Modell auf diesem Rechner.',
  state_ready: 'geladen', state_loading: 'lädt', state_failed: 'ausgefallen', of: '{n} von {all}', contextFigure: 'Kontext einer Unterhaltung', layersFigure: 'Schichten auf Geräten', sizeFigure: 'Größe', usedFigure: 'Token im KV-Cache', answersFigure: 'Antworten', queued: '{running} laufen, {waiting} warten, {slots} Plätze',
}
const ZH = {
  message: '消息', placeholder: '输入消息', send: '发送', stop: '停止', newChat: '新对话',
  dark: '深色模式', light: '浅色模式', useContext: '使用上下文',
  contextHelp: '开启：连同之前的对话一起发送。关闭：只发送这条消息。',
  copy: '复制', copied: '已复制', regenerate: '重新回答', edit: '编辑', cancel: '取消', save: '发送',
  retry: '重试', you: '你', answer: '回答', thinking: '思考中…', thought: '思考了 {s} 秒', thoughts: '思考',
  steps: '步骤', stepsDone: '{n} 个步骤', stopped: '已停止', interrupted: '已中断', cut: '已达到令牌上限', alone: '未带上下文发送',
  tokens: '{n} 个令牌', speed: '{n} 令牌/秒', first: '首个令牌 {s} 秒', busy: '请等待回答结束，或先停止它。',
  lost: '连接已断开，正在重新连接…', back: '已重新连接', latest: '转到最新消息', showAll: '显示全部', showLess: '收起',
  loading: '正在加载 {node}', fetching: '下载', reading: '读取', starting: '启动', failedNode: '{node} 不可用',
  moreProblems: '还有 {n} 个：终端会全部显示', problems: '应用文件有问题，仍在使用上一个可用版本。', failures: '新版本无法启动，仍在使用上一个可用版本。',
  restart: '需要重启：{what}', details: '详情', previous: '上一版本', next: '下一版本',
  writing: '正在回答', done: '回答完成', code: '代码', image: '图片', conversation: '对话',
  failed: '出错了', seconds: '{s} 秒', examples: '示例', table: '表格',
  conversations: '对话列表', search: '搜索对话', rename: '重命名', pin: '置顶', unpin: '取消置顶', remove: '删除', undo: '撤销',
  removed: '已删除', pinned: '置顶', today: '今天', yesterday: '昨天', week: '最近 7 天', month: '最近 30 天', older: '更早', none: '没有对话', moreConversations: '显示更多', titleOf: '标题', close: '关闭',
  exportAs: '导出为 {name}', bring: '导入对话', brought: '已导入：{n}', skipped: '无法读取：{n}', leftOut: '未导入的文件：{n}',
  inspect: '回答详情', parameters: '参数', noCalls: '这个回答没有调用模型。', promptFigure: '输入令牌', cachedFigure: '其中缓存', completionFigure: '输出令牌', firstFigure: '首个令牌用时', secondsFigure: '总用时',
  good: '好的回答', bad: '不好的回答', note: '备注', noteHelp: '哪里好或不好？（可选）', saveNote: '保存备注',
  goOn: '继续', sameAgain: '再来一次', answerBy: '用 {node} 回答', removeMessage: '删除此消息及其后内容', removedMessage: '消息已删除', inLine: '排队中：第 {n} 位',
  settings: '设置', settingsHelp: '仅用于这个对话，从下一个回答起生效。', reset: '重置', resetAll: '全部重置', bounds: '{min} 到 {max}', least: '至少 {min}', engines: '由模型决定', automatic: '自动', lines: '每行一个；\\n 表示换行。',
  attach: '添加文件', attachments: '附件', attached: '已添加 {name}', removeFile: '移除 {name}', uploading: '正在上传 {name}', uploadingWait: '请等待文件上传完成。',
  file_off: '此应用不接收文件。', file_many: '一条消息最多可附 {most} 个文件。', file_failed: '{name} 上传失败，请重试。', file_kind: '不接收 {name}：这里无法读取此类文件。', file_empty: '{name} 是空文件。',
  file_large: '{name} 超过 {most} MB。', file_long: '{name} 的文字超过 {most} 个字符。', file_pages: '{name} 超过 {most} 页。', file_locked: '{name} 有密码保护。', file_scan: '{name} 只有页面图片，没有文字。',
  file_damaged: '{name} 已损坏或不是有效的 PDF。', file_slow: '读取 {name} 用时过长。', file_full: '没有空间存放 {name}：你的文件总共最多 {most} MB。请删除不再需要其文件的对话。', file_unknown: '{name} 不是文本（UTF-8）、PDF 或图片（PNG、JPEG、WebP、GIF）。',
  inspector: '检查器', graph: '流程图', models: '模型', events: '事件', atWork: '正在运行：{nodes}', idle: '没有节点在运行。', noAnswer: '还没有回答。', noModels: '此页面没有在本机运行的模型。',
  state_ready: '已加载', state_loading: '加载中', state_failed: '失败', of: '{n} / {all}', contextFigure: '每个对话的上下文', layersFigure: '设备上的层数', sizeFigure: '大小', usedFigure: 'KV 缓存中的令牌', answersFigure: '回答', queued: '{running} 个运行中，{waiting} 个等待，{slots} 个槽位',
}
export const LANGUAGES = {en: EN, de: DE, zh: ZH}

/** The language of the page for the browser's list of languages. */
export function language(wanted) {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0]
    if (base in LANGUAGES) return base
  }
  return 'en'
}

/** @returns {(key: keyof typeof EN, values?: Record<string, string | number>) => string} */
export function speaker(wanted) {
  const spoken = language(wanted)
  const words = LANGUAGES[spoken]
  const numbers = new Intl.NumberFormat(spoken, {maximumFractionDigits: 10, useGrouping: false})
  const written = value => typeof value === 'number' ? numbers.format(value) : String(value ?? '')
  const say = (key, values = {}) => {
    const [one, many = one] = words[key].split('|')
    return (values.n === 1 ? one : many).replace(/\{(\w+)\}/g, (_, name) => written(values[name]))
  }
  return Object.assign(say, {knows: key => Object.hasOwn(words, key)})
}
