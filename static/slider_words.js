/** What the slider says, in the language of the page. `{name}` stands for a value. */

const ENGLISH = {
  title: "One quick check",
  lead: "Slide the piece into its gap.",
  keyHelp: "Arrow keys move the piece, Shift makes them faster, Enter checks.",
  close: "Close",
  hint: "Slide to the right",
  handle: "Position of the piece",
  position: "{x} of {most}",
  picture: "A picture with a gap. The piece beside it belongs into the gap.",
  loading: "Getting a puzzle…",
  ready: "The puzzle is ready.",
  checking: "Checking…",
  passed: "Thank you. Going on with your purchase…",
  failed: "That was not quite it. Here comes another puzzle.",
  failedOften: "Not quite it {n} times. Take a breath; the next puzzle comes by itself.",
  failedHint:
    "Let go when the piece covers its gap. If the picture is hard to see, take the way below.",
  expired: "This puzzle was too old. Here is a new one.",
  idle: "Are you still there? Get a new puzzle when you are ready.",
  limited: "Too many puzzles from here. The next one comes by itself.",
  busySoon: "Many people want a puzzle right now. Yours comes by itself.",
  busy: "Too many people want a puzzle right now. Try again in a moment; your place is safe.",
  count: "{s} s",
  counted: "In {s} seconds.",
  away: "We could not be reached. Your place is safe.",
  signedOut: "You are not signed in any more. Sign in, then buy again.",
  blocked: "This account cannot buy here.",
  gone: "This sale is not here any more.",
  broken: "That did not work. Try it again.",
  retry: "Try again",
  refresh: "New puzzle",
  quiet: "I cannot see or drag it",
  quietTitle: "Another way",
  quietLead:
    "You need not see or drag anything. Your device does some arithmetic, and we wait together for " +
    "about {s} seconds. Keep this window open.",
  quietStart: "Start waiting",
  quietBack: "Back to the puzzle",
  quietProgress: "Waiting",
  quietStarted: "We are waiting now. It takes about {s} seconds.",
  quietHalf: "Half of the time is over.",
  quietLeft: "{s} s left",
  quietSoon: "Nearly there…",
  quietLate: "The waiting took too long and did not count. You can start again.",
  quietBusy: "Many people wait at your address. Try it again in {s} s.",
  quietUnable: "This browser cannot do the arithmetic. A newer one can.",
};

const CHINESE = {
  title: "请完成验证",
  lead: "拖动滑块，把拼图移到缺口处。",
  keyHelp: "方向键移动拼图，按住 Shift 移动更快，按 Enter 提交。",
  close: "关闭",
  hint: "向右滑动",
  handle: "拼图的位置",
  position: "{x}，最大 {most}",
  picture: "一张带缺口的图片，旁边的拼图应放进缺口。",
  loading: "正在加载拼图…",
  ready: "拼图已就绪。",
  checking: "正在验证…",
  passed: "验证成功，正在继续为您抢购…",
  failed: "位置不太对，马上换一张。",
  failedOften: "已经 {n} 次没有成功。请稍等，稍后会自动换一张。",
  failedHint: "拼图盖住缺口时再松手。如果看不清图片，请用下面的方式。",
  expired: "这张拼图已过期，已为您换了一张。",
  idle: "您还在吗？准备好后请换一张拼图。",
  limited: "请求太频繁，稍后会自动为您换一张。",
  busySoon: "当前人数较多，稍后会自动为您加载拼图。",
  busy: "当前人数过多，请稍后重试。您的抢购不受影响。",
  count: "{s} 秒",
  counted: "还有 {s} 秒。",
  away: "暂时无法连接。您的抢购不受影响。",
  signedOut: "登录已失效。请重新登录后再购买。",
  blocked: "此账号无法在这里购买。",
  gone: "该活动已不存在。",
  broken: "没有成功，请再试一次。",
  retry: "重试",
  refresh: "换一张",
  quiet: "我看不到或无法拖动",
  quietTitle: "其他方式",
  quietLead: "您不需要看图，也不需要拖动。您的设备会做一些计算，请等待约 {s} 秒，不要关闭此窗口。",
  quietStart: "开始等待",
  quietBack: "返回拼图",
  quietProgress: "等待进度",
  quietStarted: "已开始等待，大约需要 {s} 秒。",
  quietHalf: "时间已过半。",
  quietLeft: "还剩 {s} 秒",
  quietSoon: "马上就好…",
  quietLate: "等待超时，没有生效。您可以重新开始。",
  quietBusy: "您所在的网络有多人在等待。请 {s} 秒后再试。",
  quietUnable: "此浏览器无法完成计算，请换用较新的浏览器。",
};

/** The words for a language tag such as `en`, `zh-CN`. Anything but Chinese is English. */
export function sliderWords(language) {
  return /^zh\b/i.test(language ?? "") ? CHINESE : ENGLISH;
}

/** A text with its values filled in. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
