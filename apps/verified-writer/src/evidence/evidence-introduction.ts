/** What the tables below it mean; written by a person who read them. */
export const EVIDENCE_INTRODUCTION = `# SDM language models and SDM networks: evidence
`;
