/** Where the directory keeps the people of an organisation. */
export const pathOf = (organisation: string) => `/api/directory/organisations/${organisation}/people`;
