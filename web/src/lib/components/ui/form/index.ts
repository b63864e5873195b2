export { default as Form } from './form.svelte';
export { default as FormField } from './form-field.svelte';
export { default as FormProblem } from './form-problem.svelte';
export { FormState, type FieldOf, type Operation } from './form-state.svelte';
