process.stdout.write('verified-writer: nothing to show yet\n');

export {};
