/** How `sdm` ends: well, by a mistake of usage or input, or stopped by the user. */
export const EXIT = { success: 0, badInput: 2, interrupted: 130 } as const;
