import tests from './playwright.config';

// What is measured in the browser: figures to read, with nothing to fail by.
export default { ...tests, projects: undefined, testDir: 'bench', timeout: 300_000, reporter: [['line']] };
