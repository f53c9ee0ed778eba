/** Something that a person has to settle first: shown as one sentence, with exit code 1. */
export class Refusal extends Error {}

/** Runs a command's main function; a Refusal is shown without the stack that nobody needs. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    console.error(error instanceof Refusal ? `patchbay: ${error.message}` : error)
    process.exitCode = 1
  }
}
