/** What the inbox begins with where neither the address nor a view says otherwise. */
export const unresolved = '-is:resolved';
