import { openScreen } from '../../src/cli/screen.js';
import { fakeOutput, SHOW_CURSOR, visible } from './support/terminal.js';

describe('openScreen on a terminal', () => {
  it('prints events, then keeps a status below them, and takes it away at the end', () => {
    const { out, text } = fakeOutput(true);
    const screen = openScreen(out);
    screen.event('first');
    expect(text()).toBe('first\n');
    screen.status('one open');
    screen.event('second');
    screen.status('two open');
    screen.unsubscribe(); // draws what is due
    expect(visible(text())).toMatch(/^first\n.*second\n.*two open$/s);
    expect(text().slice(text().lastIndexOf('two open') + 'two open'.length)).toContain(SHOW_CURSOR);
  });

  it('has nothing to take away where no status was shown', () => {
    const { out, text } = fakeOutput(true);
    const screen = openScreen(out);
    screen.event('only');
    screen.unsubscribe();
    expect(text()).toBe('only\n');
  });
});

describe('openScreen elsewhere', () => {
  it('prints plain lines, a status only when it is news', () => {
    const { out, text } = fakeOutput(false);
    const screen = openScreen(out);
    screen.status('nothing yet');
    screen.status('nothing yet');
    screen.event('something');
    screen.status('more');
    screen.unsubscribe();
    expect(text()).toBe('nothing yet\nsomething\nmore\n');
  });
});
