//! The expansion of `#[derive(Data)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Member, Type};

/// Implements what crosses between the host and kernels for a structure.
pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let input: DeriveInput = syn::parse2(item)?;
    let Data::Struct(data) = &input.data else {
        let message = "kernels know structures only: for an enumeration pass its number, for a \
                       union one of its fields";
        return Err(syn::Error::new(input.ident.span(), message));
    };
    if let Some(packed) = packed(&input) {
        let message = "a packed structure has fields that cannot be referred to: drop `packed`";
        return Err(syn::Error::new(packed, message));
    }
    if let Some(lifetime) = input.generics.lifetimes().next() {
        let message = "a structure that kernels know holds values, no references: pass slices and \
                       views as arguments of their own";
        return Err(syn::Error::new(lifetime.span(), message));
    }
    let fields: Vec<(Member, &Type)> =
        data.fields.members().zip(data.fields.iter().map(|field| &field.ty)).collect();
    Ok(Structure { input: &input, fields }.implementations())
}

/// Where `repr(packed)` is written, if it is.
fn packed(input: &DeriveInput) -> Option<Span> {
    let mut found = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("packed") {
                found = Some(meta.path.span());
            }
            // The number of `packed(2)` or `align(8)`.
            if meta.input.peek(syn::token::Paren) {
                let number;
                syn::parenthesized!(number in meta.input);
                number.parse::<TokenStream>()?;
            }
            Ok(())
        });
    }
    found
}

struct Structure<'a> {
    input: &'a DeriveInput,
    fields: Vec<(Member, &'a Type)>,
}

impl Structure<'_> {
    fn implementations(&self) -> TokenStream {
        let (plain, leaves, references) = (self.plain(), self.leaves(), self.references());
        quote! {
            #[allow(trivial_bounds)]
            const _: () = {
                #plain
                #leaves
                #references
            };
        }
    }

    /// The head and the where clause of an implementation for the structure, or of a
    /// reference to it.
    fn head(&self, path: &TokenStream, reference: TokenStream) -> (TokenStream, TokenStream) {
        let name = &self.input.ident;
        let (params, args, clause) = self.input.generics.split_for_impl();
        let written = clause.iter().flat_map(|clause| &clause.predicates);
        let written = written.map(ToTokens::to_token_stream);
        // The same bounds everywhere, so that a field that does not fit is one error.
        let fields = self
            .fields
            .iter()
            .map(|(_, ty)| quote_spanned!(ty.span()=> #ty: ::mambo::__private::Leaves));
        let bounds: Vec<TokenStream> = written.chain(fields).collect();
        let clause = (!bounds.is_empty()).then(|| quote!(where #(#bounds),*));
        (quote!(impl #params #path for #reference #name #args), clause.to_token_stream())
    }

    /// The list of an associated type of each field.
    fn slots(&self, path: &TokenStream, part: TokenStream) -> TokenStream {
        self.fields.iter().rev().fold(quote!(::mambo::__private::End), |rest, (_, ty)| {
            quote_spanned!(ty.span()=> ::mambo::__private::Cons<<#ty as #path>::#part, #rest>)
        })
    }

    fn plain(&self) -> TokenStream {
        let path = quote!(::mambo::__private::Plain);
        let (head, clause) = self.head(&path, TokenStream::new());
        let slots = self.slots(&path, quote!(Slots));
        let name = self.input.ident.to_string();
        let described = self.fields.iter().map(|(member, ty)| {
            let member = match member {
                Member::Named(name) => name.to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            quote!((::std::string::String::from(#member), <#ty as #path>::plain_type()))
        });
        let members: Vec<&Member> = self.fields.iter().map(|(member, _)| member).collect();
        let types: Vec<&Type> = self.fields.iter().map(|(_, ty)| *ty).collect();
        let locals: Vec<Ident> = (0..members.len()).map(|i| format_ident!("field{i}")).collect();
        let packed = list(
            members
                .iter()
                .zip(&types)
                .map(|(member, ty)| quote!(<#ty as #path>::to_slots(&self.#member))),
        );
        let taken = list(locals.iter().map(ToTokens::to_token_stream));
        quote! {
            // SAFETY: the scalars of the fields, in order.
            unsafe #head #clause {
                type Slots = #slots;
                fn plain_type() -> ::mambo::__private::Type {
                    ::mambo::__private::Type::Struct(::std::boxed::Box::new(
                        ::mambo::__private::StructType {
                            name: ::std::string::String::from(#name),
                            fields: ::std::vec::Vec::from([#(#described),*]),
                        },
                    ))
                }
                #[inline]
                fn to_slots(&self) -> Self::Slots {
                    #packed
                }
                #[inline]
                fn from_slots(#taken: Self::Slots) -> Self {
                    Self { #(#members: <#types as #path>::from_slots(#locals)),* }
                }
            }
        }
    }

    fn leaves(&self) -> TokenStream {
        let path = quote!(::mambo::__private::Leaves);
        let (head, clause) = self.head(&path, TokenStream::new());
        let block = quote!(::mambo::__private::SlotBlock);
        let slots = self.slots(&path, quote!(Views<Axes>));
        let views = list(self.fields.iter().map(
            |(member, ty)| quote!(<#ty as #path>::views(&raw mut (*this).#member, lengths, steps)),
        ));
        quote! {
            // SAFETY: the leaves of the fields, in order.
            unsafe #head #clause {
                type Views<Axes: #block> = #slots;
                #[inline]
                unsafe fn views<Axes: #block>(
                    this: *mut Self,
                    lengths: Axes,
                    steps: Axes,
                ) -> Self::Views<Axes> {
                    // SAFETY: fields of values that the caller vouches for.
                    unsafe { #views }
                }
            }
        }
    }

    fn references(&self) -> TokenStream {
        let name = &self.input.ident;
        let (_, args, _) = self.input.generics.split_for_impl();
        let private = quote!(::mambo::__private);
        let views = quote!(<#name #args as #private::Leaves>::Views<#private::End>);
        let result = {
            let (head, clause) = self.head(&quote!(#private::Ret), TokenStream::new());
            quote! {
                // SAFETY: by the contract of `Plain`.
                unsafe #head #clause {
                    type Slots = <Self as #private::Plain>::Slots;
                    fn result_type() -> #private::Type {
                        <Self as #private::Plain>::plain_type()
                    }
                    #[inline]
                    unsafe fn unpack(slots: Self::Slots, _: &mut #private::Allocations) -> Self {
                        <Self as #private::Plain>::from_slots(slots)
                    }
                }
            }
        };
        let each = [(quote!(&), false), (quote!(&mut), true)].map(|(reference, mutable)| {
            let (described, clause) = self.head(&quote!(#private::Described), reference.clone());
            let (arg, _) = self.head(&quote!(#private::Arg), reference);
            let pointer = if mutable {
                quote!(&raw mut **self)
            } else {
                quote!((&raw const **self).cast_mut())
            };
            quote! {
                #described #clause {
                    fn describe() -> #private::Type {
                        #private::reference_type::<#name #args>(#mutable)
                    }
                }
                // SAFETY: by the contract of `Leaves`.
                unsafe #arg #clause {
                    type Slots = #views;
                    #[inline]
                    fn pack(&mut self, _: &mut #private::Layouts) -> Self::Slots {
                        // SAFETY: a reference points to a value.
                        unsafe {
                            <#name #args as #private::Leaves>::views(
                                #pointer,
                                #private::End,
                                #private::End,
                            )
                        }
                    }
                }
            }
        });
        quote!(#result #(#each)*)
    }
}

/// The items as a list value or pattern.
fn list(items: impl DoubleEndedIterator<Item = TokenStream>) -> TokenStream {
    items.rev().fold(
        quote!(::mambo::__private::End),
        |rest, item| quote!(::mambo::__private::Cons(#item, #rest)),
    )
}
