%class.anon.0 = type { i8 }
%class.anon = type { ptr, ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64 }
%struct.Anywhere = type { <32 x i16> }
%class.anon.1 = type { i8 }
%class.anon.3 = type { i8 }
%struct.Sequence.5 = type { i8 }
%struct.Sequence = type { i8 }
%struct.Anywhere.14 = type { <16 x i32> }
%struct.Anywhere.6 = type { <16 x i16> }
%class.anon.7 = type { i8 }
%class.anon.9 = type { i8 }
%struct.Anywhere.13 = type { i32 }
%struct.Anywhere.11 = type { <64 x i8> }
%struct.Sequence.12 = type { i8 }
%struct.Anywhere.15 = type { <16 x bfloat> }
@_ZL5lower = internal constant %class.anon.0 undef, align 1
define void @run_int4(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int4, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @int4(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca ptr, align 8
  %4 = alloca %class.anon, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %6 = load ptr, ptr %2, align 8
  %7 = getelementptr inbounds nuw %struct.Product, ptr %6, i32 0, i32 5
  %8 = load ptr, ptr %7, align 8
  store ptr %8, ptr %3, align 8
  %9 = load ptr, ptr %2, align 8
  %10 = getelementptr inbounds nuw %struct.Product, ptr %9, i32 0, i32 7
  %11 = load i64, ptr %10, align 8
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 11
  %14 = load i64, ptr %13, align 8
  %15 = mul nsw i64 %11, %14
  %16 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 0
  %17 = load ptr, ptr %2, align 8
  store ptr %17, ptr %16, align 8
  %18 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 1
  %19 = load ptr, ptr %3, align 8
  store ptr %19, ptr %18, align 8
  %20 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  %22 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  %23 = load ptr, ptr %22, align 8
  call void @"_ZL5shareIZ4int4E3$_0EvlT_"(i64 noundef %15, ptr %21, ptr %23)
  call void @GOMP_barrier()
  br label %24
24:                                               ; preds = %33, %1
  %25 = load ptr, ptr %2, align 8
  %26 = call noundef i64 @_ZL9next_tileP7Product(ptr noundef %25)
  store i64 %26, ptr %5, align 8
  %27 = load ptr, ptr %2, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 9
  %29 = load i64, ptr %28, align 8
  %30 = sdiv i64 %29, 64
  %31 = icmp slt i64 %26, %30
  br i1 %31, label %33, label %32
32:                                               ; preds = %24
  br label %37
33:                                               ; preds = %24
  %34 = load ptr, ptr %2, align 8
  %35 = load ptr, ptr %3, align 8
  %36 = load i64, ptr %5, align 8
  call void @_ZL6blocksILi6EEvPK7ProductPKfll(ptr noundef %34, ptr noundef %35, i64 noundef 0, i64 noundef %36)
  br label %24, !llvm.loop !6
37:                                               ; preds = %32
  ret void
}
define internal void @"_ZL5shareIZ4int4E3$_0EvlT_"(i64 noundef %0, ptr %1, ptr %2) #3 {
  %4 = alloca %class.anon, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 0
  store ptr %1, ptr %10, align 8
  %11 = getelementptr inbounds nuw { ptr, ptr }, ptr %4, i32 0, i32 1
  store ptr %2, ptr %11, align 8
  store i64 %0, ptr %5, align 8
  %12 = call i32 @omp_get_thread_num()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = call i32 @omp_get_num_threads()
  %15 = sext i32 %14 to i64
  store i64 %15, ptr %7, align 8
  %16 = load i64, ptr %5, align 8
  %17 = load i64, ptr %6, align 8
  %18 = add nsw i64 %17, 1
  %19 = mul nsw i64 %16, %18
  %20 = load i64, ptr %7, align 8
  %21 = sdiv i64 %19, %20
  store i64 %21, ptr %8, align 8
  %22 = load i64, ptr %5, align 8
  %23 = load i64, ptr %6, align 8
  %24 = mul nsw i64 %22, %23
  %25 = load i64, ptr %7, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %9, align 8
  br label %27
27:                                               ; preds = %34, %3
  %28 = load i64, ptr %9, align 8
  %29 = load i64, ptr %8, align 8
  %30 = icmp slt i64 %28, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %27
  br label %37
32:                                               ; preds = %27
  %33 = load i64, ptr %9, align 8
  call void @"_ZZ4int4ENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(16) %4, i64 noundef %33)
  br label %34
34:                                               ; preds = %32
  %35 = load i64, ptr %9, align 8
  %36 = add nsw i64 %35, 1
  store i64 %36, ptr %9, align 8
  br label %27, !llvm.loop !8
37:                                               ; preds = %31
  ret void
}
declare void @GOMP_barrier() #1
define internal noundef i64 @_ZL9next_tileP7Product(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %2, align 8
  %5 = load ptr, ptr %2, align 8
  %6 = getelementptr inbounds nuw %struct.Product, ptr %5, i32 0, i32 13
  store i64 1, ptr %3, align 8
  %7 = load i64, ptr %3, align 8
  %8 = atomicrmw add ptr %6, i64 %7 monotonic, align 8
  store i64 %8, ptr %4, align 8
  %9 = load i64, ptr %4, align 8
  ret i64 %9
}
define internal void @_ZL6blocksILi6EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 6
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi6EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 6
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !9
24:                                               ; preds = %9
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  call void @_ZL6blocksILi5EEvPK7ProductPKfll(ptr noundef %25, ptr noundef %26, i64 noundef %27, i64 noundef %28)
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @"_ZZ4int4ENK3$_0clEl"(ptr noundef nonnull align 8 dereferenceable(16) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca ptr, align 8
  %6 = alloca <16 x float>, align 64
  %7 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %8 = load ptr, ptr %3, align 8
  %9 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 3
  %12 = load ptr, ptr %11, align 8
  %13 = load i64, ptr %4, align 8
  %14 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 11
  %17 = load i64, ptr %16, align 8
  %18 = sdiv i64 %13, %17
  %19 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 8
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %18, %22
  %24 = getelementptr inbounds i16, ptr %12, i64 %23
  %25 = load i64, ptr %4, align 8
  %26 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %27 = load ptr, ptr %26, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 11
  %29 = load i64, ptr %28, align 8
  %30 = srem i64 %25, %29
  %31 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %32 = load ptr, ptr %31, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 10
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %30, %34
  %36 = getelementptr inbounds i16, ptr %24, i64 %35
  store ptr %36, ptr %5, align 8
  store <16 x float> zeroinitializer, ptr %6, align 64
  store i64 0, ptr %7, align 8
  br label %37
37:                                               ; preds = %52, %2
  %38 = load i64, ptr %7, align 8
  %39 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 0
  %40 = load ptr, ptr %39, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 10
  %42 = load i64, ptr %41, align 8
  %43 = icmp slt i64 %38, %42
  br i1 %43, label %45, label %44
44:                                               ; preds = %37
  br label %55
45:                                               ; preds = %37
  %46 = load <16 x float>, ptr %6, align 64
  %47 = load ptr, ptr %5, align 8
  %48 = load i64, ptr %7, align 8
  %49 = getelementptr inbounds i16, ptr %47, i64 %48
  %50 = call noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %49)
  %51 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %46, <32 x i16> noundef %50, <32 x i16> noundef splat (i16 16256))
  store <16 x float> %51, ptr %6, align 64
  br label %52
52:                                               ; preds = %45
  %53 = load i64, ptr %7, align 8
  %54 = add nsw i64 %53, 32
  store i64 %54, ptr %7, align 8
  br label %37, !llvm.loop !10
55:                                               ; preds = %44
  %56 = load <16 x float>, ptr %6, align 64
  %57 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %56)
  %58 = getelementptr inbounds nuw %class.anon, ptr %8, i32 0, i32 1
  %59 = load ptr, ptr %58, align 8
  %60 = load i64, ptr %4, align 8
  %61 = getelementptr inbounds float, ptr %59, i64 %60
  store float %57, ptr %61, align 4
  ret void
}
define internal noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %0, <32 x i16> noundef %1, <32 x i16> noundef %2) #5 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <32 x i16>, align 64
  %6 = alloca <32 x i16>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <32 x i16> %1, ptr %5, align 64
  store <32 x i16> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <32 x i16>, ptr %5, align 64
  %9 = bitcast <32 x i16> %8 to <32 x bfloat>
  %10 = load <32 x i16>, ptr %6, align 64
  %11 = bitcast <32 x i16> %10 to <32 x bfloat>
  %12 = call noundef <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512(<16 x float> noundef %7, <32 x bfloat> noundef %9, <32 x bfloat> noundef %11)
  ret <16 x float> %12
}
define internal noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <32 x i16>, ptr %4, align 1
  ret <32 x i16> %5
}
define internal noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %0) #5 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca i32, align 4
  %4 = alloca %class.anon.0, align 1
  %5 = alloca %class.anon.1, align 1
  store <16 x float> %0, ptr %2, align 64
  store i32 8, ptr %3, align 4
  %6 = load <16 x float>, ptr %2, align 64
  %7 = load <16 x float>, ptr %2, align 64
  %8 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_0EDaT0_S2_T1_"(<16 x float> noundef %6, <16 x float> noundef %7)
  %9 = load <16 x float>, ptr %2, align 64
  %10 = load <16 x float>, ptr %2, align 64
  %11 = call noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %9, <16 x float> noundef %10)
  %12 = fadd <8 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %12)
  ret float %13
}
declare <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512(<16 x float>, <32 x bfloat>, <32 x bfloat>) #6
define internal noundef float @_ZL5totalIDv8_fEfT_(<8 x float> noundef %0) #7 {
  %2 = alloca <8 x float>, align 32
  %3 = alloca i32, align 4
  %4 = alloca %class.anon.0, align 1
  %5 = alloca %class.anon.3, align 1
  store <8 x float> %0, ptr %2, align 32
  store i32 4, ptr %3, align 4
  %6 = load <8 x float>, ptr %2, align 32
  %7 = load <8 x float>, ptr %2, align 32
  %8 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_0EDaT0_S2_T1_"(<8 x float> noundef %6, <8 x float> noundef %7)
  %9 = load <8 x float>, ptr %2, align 32
  %10 = load <8 x float>, ptr %2, align 32
  %11 = call noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %9, <8 x float> noundef %10)
  %12 = fadd <4 x float> %8, %11
  %13 = call noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %12)
  ret float %13
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_0EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca %class.anon.0, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.0, align 1
  %7 = alloca %struct.Sequence.5, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @_ZL4pickILi8EDv16_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<16 x float> noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.1, align 1
  %7 = alloca %struct.Sequence.5, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %0) #8 {
  %2 = alloca <4 x float>, align 16
  %3 = alloca i32, align 4
  store <4 x float> %0, ptr %2, align 16
  store i32 2, ptr %3, align 4
  %4 = load <4 x float>, ptr %2, align 16
  %5 = extractelement <4 x float> %4, i32 0
  %6 = load <4 x float>, ptr %2, align 16
  %7 = extractelement <4 x float> %6, i32 2
  %8 = fadd float %5, %7
  %9 = load <4 x float>, ptr %2, align 16
  %10 = extractelement <4 x float> %9, i32 1
  %11 = load <4 x float>, ptr %2, align 16
  %12 = extractelement <4 x float> %11, i32 3
  %13 = fadd float %10, %12
  %14 = fadd float %8, %13
  ret float %14
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_0EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.0, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.0, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @_ZL4pickILi4EDv8_fZL5totalIS0_EfT_EUliE_EDaT0_S4_T1_(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.3, align 1
  %7 = alloca %struct.Sequence, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.0, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  ret <4 x float> %9
}
define internal noundef <4 x float> @_ZL7pick_ofIDv8_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<8 x float> noundef %0, <8 x float> noundef %1) #7 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
  ret <4 x float> %9
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca %class.anon.0, align 1
  %4 = alloca %struct.Sequence.5, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7>
  ret <8 x float> %9
}
define internal noundef <8 x float> @_ZL7pick_ofIDv16_fZL5totalIS0_EfT_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaS2_S2_T0_8SequenceIiJXspT1_EEE(<16 x float> noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca %struct.Sequence.5, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  ret <8 x float> %9
}
define internal void @_ZL5blockILi6EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [6 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [6 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 6
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !11
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !13
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !14
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 1536, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi6EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 6
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !15
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !16
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !17
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 6
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [6 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !18
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !19
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL6blocksILi5EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 5
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi5EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 5
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !20
24:                                               ; preds = %9
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  call void @_ZL6blocksILi4EEvPK7ProductPKfll(ptr noundef %25, ptr noundef %26, i64 noundef %27, i64 noundef %28)
  ret void
}
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #10
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #11
define internal void @_ZL8multiplyILi6EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 1, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 1
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 6
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !21
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !22
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !23
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 2
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !24
118:                                              ; preds = %33
  ret void
}
define internal noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.14, ptr %3, i32 0, i32 0
  %5 = load <16 x i32>, ptr %4, align 1
  ret <16 x i32> %5
}
define internal noundef <16 x float> @_ZL3allf(float noundef %0) #5 {
  %2 = alloca float, align 4
  store float %0, ptr %2, align 4
  %3 = load float, ptr %2, align 4
  %4 = insertelement <16 x float> poison, float %3, i64 0
  %5 = shufflevector <16 x float> %4, <16 x float> poison, <16 x i32> zeroinitializer
  %6 = fadd <16 x float> zeroinitializer, %5
  ret <16 x float> %6
}
define internal noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %0, <16 x float> noundef %1, <16 x float> noundef %2) #5 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <16 x float>, ptr %5, align 64
  %9 = load <16 x float>, ptr %6, align 64
  %10 = call <16 x float> @llvm.fma.v16f32(<16 x float> %7, <16 x float> %8, <16 x float> %9)
  ret <16 x float> %10
}
define internal void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %0, <16 x float> noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  store i32 16, ptr %5, align 4
  %6 = load ptr, ptr %3, align 8
  %7 = load <16 x float>, ptr %4, align 64
  %8 = fptrunc <16 x float> %7 to <16 x bfloat>
  call void @_ZL3putIDv16_DF16bEvPvT_(ptr noundef %6, <16 x bfloat> noundef %8)
  ret void
}
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.6, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal void @_ZL6unpackPKhPDv32_t(ptr noundef %0, ptr noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <32 x i8>, align 32
  %7 = alloca %class.anon.7, align 1
  %8 = alloca <32 x i8>, align 32
  %9 = alloca %class.anon.9, align 1
  %10 = alloca [2 x <32 x i16>], align 64
  %11 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %12 = load ptr, ptr %3, align 8
  %13 = call noundef <64 x i8> @_ZL4loadIDv64_hET_PKv(ptr noundef %12)
  store <64 x i8> %13, ptr %5, align 64
  %14 = load <64 x i8>, ptr %5, align 64
  %15 = load <64 x i8>, ptr %5, align 64
  %16 = call noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE_EDaT0_S6_T1_(<64 x i8> noundef %14, <64 x i8> noundef %15)
  store <32 x i8> %16, ptr %6, align 32
  %17 = load <64 x i8>, ptr %5, align 64
  %18 = load <64 x i8>, ptr %5, align 64
  %19 = call noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE0_EDaT0_S6_T1_(<64 x i8> noundef %17, <64 x i8> noundef %18)
  store <32 x i8> %19, ptr %8, align 32
  %20 = load ptr, ptr %3, align 8
  %21 = getelementptr inbounds i8, ptr %20, i64 4096
  call void @llvm.prefetch.p0(ptr %21, i32 0, i32 3, i32 1)
  %22 = load <32 x i8>, ptr %6, align 32
  %23 = zext <32 x i8> %22 to <32 x i16>
  store <32 x i16> %23, ptr %10, align 64
  %24 = getelementptr inbounds <32 x i16>, ptr %10, i64 1
  %25 = load <32 x i8>, ptr %8, align 32
  %26 = zext <32 x i8> %25 to <32 x i16>
  store <32 x i16> %26, ptr %24, align 64
  store i32 0, ptr %11, align 4
  br label %27
27:                                               ; preds = %53, %2
  %28 = load i32, ptr %11, align 4
  %29 = icmp slt i32 %28, 2
  br i1 %29, label %31, label %30
30:                                               ; preds = %27
  br label %56
31:                                               ; preds = %27
  %32 = load i32, ptr %11, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds [2 x <32 x i16>], ptr %10, i64 0, i64 %33
  %35 = load <32 x i16>, ptr %34, align 64
  %36 = and <32 x i16> %35, splat (i16 15)
  %37 = or <32 x i16> %36, splat (i16 17152)
  %38 = load ptr, ptr %4, align 8
  %39 = load i32, ptr %11, align 4
  %40 = sext i32 %39 to i64
  %41 = getelementptr inbounds <32 x i16>, ptr %38, i64 %40
  store <32 x i16> %37, ptr %41, align 64
  %42 = load i32, ptr %11, align 4
  %43 = sext i32 %42 to i64
  %44 = getelementptr inbounds [2 x <32 x i16>], ptr %10, i64 0, i64 %43
  %45 = load <32 x i16>, ptr %44, align 64
  %46 = lshr <32 x i16> %45, splat (i16 4)
  %47 = or <32 x i16> %46, splat (i16 17152)
  %48 = load ptr, ptr %4, align 8
  %49 = load i32, ptr %11, align 4
  %50 = add nsw i32 2, %49
  %51 = sext i32 %50 to i64
  %52 = getelementptr inbounds <32 x i16>, ptr %48, i64 %51
  store <32 x i16> %47, ptr %52, align 64
  br label %53
53:                                               ; preds = %31
  %54 = load i32, ptr %11, align 4
  %55 = add nsw i32 %54, 1
  store i32 %55, ptr %11, align 4
  br label %27, !llvm.loop !25
56:                                               ; preds = %30
  ret void
}
define internal noundef i32 @_ZL4loadIiET_PKv(ptr noundef %0) #3 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.13, ptr %3, i32 0, i32 0
  %5 = load i32, ptr %4, align 1
  ret i32 %5
}
define internal noundef <64 x i8> @_ZL4loadIDv64_hET_PKv(ptr noundef %0) #5 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.11, ptr %3, i32 0, i32 0
  %5 = load <64 x i8>, ptr %4, align 1
  ret <64 x i8> %5
}
define internal noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE_EDaT0_S6_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #5 {
  %3 = alloca %class.anon.7, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.7, align 1
  %7 = alloca %struct.Sequence.12, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <32 x i8> %10
}
define internal noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE0_EDaT0_S6_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #5 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence.12, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <32 x i8> %10
}
define internal noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #5 {
  %3 = alloca %class.anon.7, align 1
  %4 = alloca %struct.Sequence.12, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <32 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47>
  ret <32 x i8> %9
}
define internal noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #5 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca %struct.Sequence.12, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <32 x i32> <i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  ret <32 x i8> %9
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>) #12
define internal void @_ZL3putIDv16_DF16bEvPvT_(ptr noundef %0, <16 x bfloat> noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x bfloat>, align 32
  store ptr %0, ptr %3, align 8
  store <16 x bfloat> %1, ptr %4, align 32
  %5 = load <16 x bfloat>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.15, ptr %6, i32 0, i32 0
  store <16 x bfloat> %5, ptr %7, align 1
  ret void
}
define internal void @_ZL5blockILi5EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [5 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [5 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 5
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !26
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !27
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !28
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 1280, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi5EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 5
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !29
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !30
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !31
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 5
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [5 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !32
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !33
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL6blocksILi4EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 4
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi4EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 4
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !34
24:                                               ; preds = %9
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  call void @_ZL6blocksILi3EEvPK7ProductPKfll(ptr noundef %25, ptr noundef %26, i64 noundef %27, i64 noundef %28)
  ret void
}
define internal void @_ZL8multiplyILi5EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 1, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 1
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 5
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !35
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !36
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !37
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 2
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !38
118:                                              ; preds = %33
  ret void
}
define internal void @_ZL5blockILi4EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [4 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [4 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 4
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !39
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !40
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !41
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 1024, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi4EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 4
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !42
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !43
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !44
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 4
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [4 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !45
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !46
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL6blocksILi3EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 3
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi3EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 3
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !47
24:                                               ; preds = %9
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  call void @_ZL6blocksILi2EEvPK7ProductPKfll(ptr noundef %25, ptr noundef %26, i64 noundef %27, i64 noundef %28)
  ret void
}
define internal void @_ZL8multiplyILi4EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 1, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 1
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 4
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !48
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !49
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !50
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 2
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !51
118:                                              ; preds = %33
  ret void
}
define internal void @_ZL5blockILi3EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [3 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [3 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 3
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !52
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !53
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !54
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 768, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi3EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 3
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !55
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !56
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !57
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 3
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [3 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !58
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !59
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL6blocksILi2EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 2
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi2EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 2
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !60
24:                                               ; preds = %9
  %25 = load ptr, ptr %5, align 8
  %26 = load ptr, ptr %6, align 8
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  call void @_ZL6blocksILi1EEvPK7ProductPKfll(ptr noundef %25, ptr noundef %26, i64 noundef %27, i64 noundef %28)
  ret void
}
define internal void @_ZL8multiplyILi3EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 1, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 1
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 3
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !61
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !62
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !63
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 2
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !64
118:                                              ; preds = %33
  ret void
}
define internal void @_ZL5blockILi2EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [2 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [2 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 2
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !65
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !66
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !67
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 512, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi2EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 2
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !68
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !69
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !70
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 2
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [2 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !71
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !72
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL6blocksILi1EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #3 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  br label %9
9:                                                ; preds = %21, %4
  %10 = load i64, ptr %7, align 8
  %11 = add nsw i64 %10, 1
  %12 = load ptr, ptr %5, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sle i64 %11, %14
  br i1 %15, label %16, label %24
16:                                               ; preds = %9
  %17 = load ptr, ptr %5, align 8
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  call void @_ZL5blockILi1EEvPK7ProductPKfll(ptr noundef %17, ptr noundef %18, i64 noundef %19, i64 noundef %20)
  br label %21
21:                                               ; preds = %16
  %22 = load i64, ptr %7, align 8
  %23 = add nsw i64 %22, 1
  store i64 %23, ptr %7, align 8
  br label %9, !llvm.loop !73
24:                                               ; preds = %9
  ret void
}
define internal void @_ZL8multiplyILi2EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 2, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 2
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 2
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !74
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !75
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !76
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !77
118:                                              ; preds = %33
  ret void
}
define internal void @_ZL5blockILi1EEvPK7ProductPKfll(ptr noundef %0, ptr noundef %1, i64 noundef %2, i64 noundef %3) #9 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca [1 x [4 x <16 x float>]], align 64
  %11 = alloca i32, align 4
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca i32, align 4
  %17 = alloca [1 x [4 x <16 x float>]], align 64
  %18 = alloca i32, align 4
  %19 = alloca <16 x i32>, align 64
  %20 = alloca <16 x float>, align 64
  %21 = alloca <16 x float>, align 64
  %22 = alloca i32, align 4
  %23 = alloca <16 x float>, align 64
  %24 = alloca <16 x float>, align 64
  %25 = alloca ptr, align 8
  %26 = alloca i32, align 4
  %27 = alloca i32, align 4
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %8, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 8
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = mul nsw i64 %35, 32
  %37 = getelementptr inbounds i8, ptr %30, i64 %36
  store ptr %37, ptr %9, align 8
  store i32 0, ptr %11, align 4
  br label %38
38:                                               ; preds = %69, %4
  %39 = load i32, ptr %11, align 4
  %40 = icmp slt i32 %39, 1
  br i1 %40, label %42, label %41
41:                                               ; preds = %38
  store i32 2, ptr %12, align 4
  br label %72
42:                                               ; preds = %38
  store i32 0, ptr %13, align 4
  br label %43
43:                                               ; preds = %65, %42
  %44 = load i32, ptr %13, align 4
  %45 = icmp slt i32 %44, 4
  br i1 %45, label %47, label %46
46:                                               ; preds = %43
  store i32 5, ptr %12, align 4
  br label %68
47:                                               ; preds = %43
  %48 = load ptr, ptr %5, align 8
  %49 = getelementptr inbounds nuw %struct.Product, ptr %48, i32 0, i32 2
  %50 = load ptr, ptr %49, align 8
  %51 = load i64, ptr %8, align 8
  %52 = mul nsw i64 %51, 64
  %53 = getelementptr inbounds i16, ptr %50, i64 %52
  %54 = load i32, ptr %13, align 4
  %55 = mul nsw i32 16, %54
  %56 = sext i32 %55 to i64
  %57 = getelementptr inbounds i16, ptr %53, i64 %56
  %58 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %57)
  %59 = load i32, ptr %11, align 4
  %60 = sext i32 %59 to i64
  %61 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %10, i64 0, i64 %60
  %62 = load i32, ptr %13, align 4
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 %63
  store <16 x float> %58, ptr %64, align 64
  br label %65
65:                                               ; preds = %47
  %66 = load i32, ptr %13, align 4
  %67 = add nsw i32 %66, 1
  store i32 %67, ptr %13, align 4
  br label %43, !llvm.loop !78
68:                                               ; preds = %46
  br label %69
69:                                               ; preds = %68
  %70 = load i32, ptr %11, align 4
  %71 = add nsw i32 %70, 1
  store i32 %71, ptr %11, align 4
  br label %38, !llvm.loop !79
72:                                               ; preds = %41
  store i64 0, ptr %14, align 8
  br label %73
73:                                               ; preds = %190, %72
  %74 = load i64, ptr %14, align 8
  %75 = load ptr, ptr %5, align 8
  %76 = getelementptr inbounds nuw %struct.Product, ptr %75, i32 0, i32 11
  %77 = load i64, ptr %76, align 8
  %78 = icmp slt i64 %74, %77
  br i1 %78, label %80, label %79
79:                                               ; preds = %73
  store i32 8, ptr %12, align 4
  br label %193
80:                                               ; preds = %73
  %81 = load ptr, ptr %5, align 8
  %82 = getelementptr inbounds nuw %struct.Product, ptr %81, i32 0, i32 1
  %83 = load ptr, ptr %82, align 8
  %84 = load i64, ptr %14, align 8
  %85 = load ptr, ptr %5, align 8
  %86 = getelementptr inbounds nuw %struct.Product, ptr %85, i32 0, i32 9
  %87 = load i64, ptr %86, align 8
  %88 = mul nsw i64 %84, %87
  %89 = getelementptr inbounds i32, ptr %83, i64 %88
  %90 = load i64, ptr %8, align 8
  %91 = mul nsw i64 %90, 64
  %92 = getelementptr inbounds i32, ptr %89, i64 %91
  store ptr %92, ptr %15, align 8
  store i32 0, ptr %16, align 4
  br label %93
93:                                               ; preds = %108, %80
  %94 = load i32, ptr %16, align 4
  %95 = icmp slt i32 %94, 4
  br i1 %95, label %97, label %96
96:                                               ; preds = %93
  store i32 11, ptr %12, align 4
  br label %111
97:                                               ; preds = %93
  %98 = load ptr, ptr %15, align 8
  %99 = load ptr, ptr %5, align 8
  %100 = getelementptr inbounds nuw %struct.Product, ptr %99, i32 0, i32 9
  %101 = load i64, ptr %100, align 8
  %102 = mul nsw i64 4, %101
  %103 = getelementptr inbounds i32, ptr %98, i64 %102
  %104 = load i32, ptr %16, align 4
  %105 = mul nsw i32 16, %104
  %106 = sext i32 %105 to i64
  %107 = getelementptr inbounds i32, ptr %103, i64 %106
  call void @llvm.prefetch.p0(ptr %107, i32 0, i32 3, i32 1)
  br label %108
108:                                              ; preds = %97
  %109 = load i32, ptr %16, align 4
  %110 = add nsw i32 %109, 1
  store i32 %110, ptr %16, align 4
  br label %93, !llvm.loop !80
111:                                              ; preds = %96
  call void @llvm.memset.p0.i64(ptr align 64 %17, i8 0, i64 256, i1 false)
  %112 = load ptr, ptr %5, align 8
  %113 = load i64, ptr %7, align 8
  %114 = load ptr, ptr %9, align 8
  %115 = load i64, ptr %14, align 8
  %116 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %17, i64 0, i64 0
  call void @_ZL8multiplyILi1EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %112, i64 noundef %113, ptr noundef %114, i64 noundef %115, ptr noundef %116)
  store i32 0, ptr %18, align 4
  br label %117
117:                                              ; preds = %186, %111
  %118 = load i32, ptr %18, align 4
  %119 = icmp slt i32 %118, 4
  br i1 %119, label %121, label %120
120:                                              ; preds = %117
  store i32 14, ptr %12, align 4
  br label %189
121:                                              ; preds = %117
  %122 = load ptr, ptr %15, align 8
  %123 = load i32, ptr %18, align 4
  %124 = mul nsw i32 16, %123
  %125 = sext i32 %124 to i64
  %126 = getelementptr inbounds i32, ptr %122, i64 %125
  %127 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %126)
  store <16 x i32> %127, ptr %19, align 64
  %128 = load <16 x i32>, ptr %19, align 64
  %129 = shl <16 x i32> %128, splat (i32 16)
  %130 = bitcast <16 x i32> %129 to <16 x float>
  store <16 x float> %130, ptr %20, align 64
  %131 = load <16 x i32>, ptr %19, align 64
  %132 = and <16 x i32> %131, splat (i32 -65536)
  %133 = bitcast <16 x i32> %132 to <16 x float>
  store <16 x float> %133, ptr %21, align 64
  store i32 0, ptr %22, align 4
  br label %134
134:                                              ; preds = %182, %121
  %135 = load i32, ptr %22, align 4
  %136 = icmp slt i32 %135, 1
  br i1 %136, label %138, label %137
137:                                              ; preds = %134
  store i32 17, ptr %12, align 4
  br label %185
138:                                              ; preds = %134
  %139 = load ptr, ptr %6, align 8
  %140 = load i64, ptr %7, align 8
  %141 = load i32, ptr %22, align 4
  %142 = sext i32 %141 to i64
  %143 = add nsw i64 %140, %142
  %144 = load ptr, ptr %5, align 8
  %145 = getelementptr inbounds nuw %struct.Product, ptr %144, i32 0, i32 11
  %146 = load i64, ptr %145, align 8
  %147 = mul nsw i64 %143, %146
  %148 = load i64, ptr %14, align 8
  %149 = add nsw i64 %147, %148
  %150 = getelementptr inbounds float, ptr %139, i64 %149
  %151 = load float, ptr %150, align 4
  %152 = call noundef <16 x float> @_ZL3allf(float noundef %151)
  store <16 x float> %152, ptr %23, align 64
  %153 = load <16 x float>, ptr %23, align 64
  %154 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %155 = load i32, ptr %22, align 4
  %156 = sext i32 %155 to i64
  %157 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %17, i64 0, i64 %156
  %158 = load i32, ptr %18, align 4
  %159 = sext i32 %158 to i64
  %160 = getelementptr inbounds [4 x <16 x float>], ptr %157, i64 0, i64 %159
  %161 = load <16 x float>, ptr %160, align 64
  %162 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %153, <16 x float> noundef %154, <16 x float> noundef %161)
  store <16 x float> %162, ptr %24, align 64
  %163 = load <16 x float>, ptr %23, align 64
  %164 = load <16 x float>, ptr %21, align 64
  %165 = load <16 x float>, ptr %24, align 64
  %166 = load <16 x float>, ptr %20, align 64
  %167 = load i32, ptr %22, align 4
  %168 = sext i32 %167 to i64
  %169 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %10, i64 0, i64 %168
  %170 = load i32, ptr %18, align 4
  %171 = sext i32 %170 to i64
  %172 = getelementptr inbounds [4 x <16 x float>], ptr %169, i64 0, i64 %171
  %173 = load <16 x float>, ptr %172, align 64
  %174 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %165, <16 x float> noundef %166, <16 x float> noundef %173)
  %175 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %163, <16 x float> noundef %164, <16 x float> noundef %174)
  %176 = load i32, ptr %22, align 4
  %177 = sext i32 %176 to i64
  %178 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %10, i64 0, i64 %177
  %179 = load i32, ptr %18, align 4
  %180 = sext i32 %179 to i64
  %181 = getelementptr inbounds [4 x <16 x float>], ptr %178, i64 0, i64 %180
  store <16 x float> %175, ptr %181, align 64
  br label %182
182:                                              ; preds = %138
  %183 = load i32, ptr %22, align 4
  %184 = add nsw i32 %183, 1
  store i32 %184, ptr %22, align 4
  br label %134, !llvm.loop !81
185:                                              ; preds = %137
  br label %186
186:                                              ; preds = %185
  %187 = load i32, ptr %18, align 4
  %188 = add nsw i32 %187, 1
  store i32 %188, ptr %18, align 4
  br label %117, !llvm.loop !82
189:                                              ; preds = %120
  br label %190
190:                                              ; preds = %189
  %191 = load i64, ptr %14, align 8
  %192 = add nsw i64 %191, 1
  store i64 %192, ptr %14, align 8
  br label %73, !llvm.loop !83
193:                                              ; preds = %79
  %194 = load ptr, ptr %5, align 8
  %195 = getelementptr inbounds nuw %struct.Product, ptr %194, i32 0, i32 4
  %196 = load ptr, ptr %195, align 8
  %197 = load i64, ptr %7, align 8
  %198 = load ptr, ptr %5, align 8
  %199 = getelementptr inbounds nuw %struct.Product, ptr %198, i32 0, i32 9
  %200 = load i64, ptr %199, align 8
  %201 = mul nsw i64 %197, %200
  %202 = getelementptr inbounds i16, ptr %196, i64 %201
  %203 = load i64, ptr %8, align 8
  %204 = mul nsw i64 %203, 64
  %205 = getelementptr inbounds i16, ptr %202, i64 %204
  store ptr %205, ptr %25, align 8
  store i32 0, ptr %26, align 4
  br label %206
206:                                              ; preds = %239, %193
  %207 = load i32, ptr %26, align 4
  %208 = icmp slt i32 %207, 1
  br i1 %208, label %210, label %209
209:                                              ; preds = %206
  store i32 20, ptr %12, align 4
  br label %242
210:                                              ; preds = %206
  store i32 0, ptr %27, align 4
  br label %211
211:                                              ; preds = %235, %210
  %212 = load i32, ptr %27, align 4
  %213 = icmp slt i32 %212, 4
  br i1 %213, label %215, label %214
214:                                              ; preds = %211
  store i32 23, ptr %12, align 4
  br label %238
215:                                              ; preds = %211
  %216 = load ptr, ptr %25, align 8
  %217 = load i32, ptr %26, align 4
  %218 = sext i32 %217 to i64
  %219 = load ptr, ptr %5, align 8
  %220 = getelementptr inbounds nuw %struct.Product, ptr %219, i32 0, i32 9
  %221 = load i64, ptr %220, align 8
  %222 = mul nsw i64 %218, %221
  %223 = getelementptr inbounds i16, ptr %216, i64 %222
  %224 = load i32, ptr %27, align 4
  %225 = mul nsw i32 16, %224
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds i16, ptr %223, i64 %226
  %228 = load i32, ptr %26, align 4
  %229 = sext i32 %228 to i64
  %230 = getelementptr inbounds [1 x [4 x <16 x float>]], ptr %10, i64 0, i64 %229
  %231 = load i32, ptr %27, align 4
  %232 = sext i32 %231 to i64
  %233 = getelementptr inbounds [4 x <16 x float>], ptr %230, i64 0, i64 %232
  %234 = load <16 x float>, ptr %233, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %227, <16 x float> noundef %234)
  br label %235
235:                                              ; preds = %215
  %236 = load i32, ptr %27, align 4
  %237 = add nsw i32 %236, 1
  store i32 %237, ptr %27, align 4
  br label %211, !llvm.loop !84
238:                                              ; preds = %214
  br label %239
239:                                              ; preds = %238
  %240 = load i32, ptr %26, align 4
  %241 = add nsw i32 %240, 1
  store i32 %241, ptr %26, align 4
  br label %206, !llvm.loop !85
242:                                              ; preds = %209
  ret void
}
define internal void @_ZL8multiplyILi1EEvPK7ProductlPKhlPA4_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, ptr noundef %4) #5 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca [4 x <32 x i16>], align 64
  %16 = alloca i32, align 4
  %17 = alloca <32 x i16>, align 64
  %18 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store ptr %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i32 4, ptr %11, align 4
  %19 = load i64, ptr %9, align 8
  %20 = load ptr, ptr %6, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 10
  %22 = load i64, ptr %21, align 8
  %23 = mul nsw i64 %19, %22
  store i64 %23, ptr %12, align 8
  br label %24
24:                                               ; preds = %115, %5
  %25 = load i64, ptr %12, align 8
  %26 = load i64, ptr %9, align 8
  %27 = add nsw i64 %26, 1
  %28 = load ptr, ptr %6, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 10
  %30 = load i64, ptr %29, align 8
  %31 = mul nsw i64 %27, %30
  %32 = icmp slt i64 %25, %31
  br i1 %32, label %34, label %33
33:                                               ; preds = %24
  store i32 2, ptr %13, align 4
  br label %118
34:                                               ; preds = %24
  store i32 0, ptr %14, align 4
  br label %35
35:                                               ; preds = %111, %34
  %36 = load i32, ptr %14, align 4
  %37 = icmp slt i32 %36, 4
  br i1 %37, label %39, label %38
38:                                               ; preds = %35
  store i32 5, ptr %13, align 4
  br label %114
39:                                               ; preds = %35
  %40 = load ptr, ptr %8, align 8
  %41 = load i64, ptr %12, align 8
  %42 = load i32, ptr %14, align 4
  %43 = mul nsw i32 2, %42
  %44 = sext i32 %43 to i64
  %45 = add nsw i64 %41, %44
  %46 = mul nsw i64 %45, 32
  %47 = getelementptr inbounds i8, ptr %40, i64 %46
  %48 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %47, ptr noundef %48)
  store i32 0, ptr %16, align 4
  br label %49
49:                                               ; preds = %107, %39
  %50 = load i32, ptr %16, align 4
  %51 = icmp slt i32 %50, 1
  br i1 %51, label %53, label %52
52:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %110
53:                                               ; preds = %49
  %54 = load ptr, ptr %6, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 3
  %56 = load ptr, ptr %55, align 8
  %57 = load i64, ptr %7, align 8
  %58 = load i32, ptr %16, align 4
  %59 = sext i32 %58 to i64
  %60 = add nsw i64 %57, %59
  %61 = load ptr, ptr %6, align 8
  %62 = getelementptr inbounds nuw %struct.Product, ptr %61, i32 0, i32 8
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds i16, ptr %56, i64 %64
  %66 = load i64, ptr %12, align 8
  %67 = getelementptr inbounds i16, ptr %65, i64 %66
  %68 = load i32, ptr %14, align 4
  %69 = mul nsw i32 2, %68
  %70 = sext i32 %69 to i64
  %71 = getelementptr inbounds i16, ptr %67, i64 %70
  %72 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %71)
  %73 = insertelement <16 x i32> poison, i32 %72, i64 0
  %74 = shufflevector <16 x i32> %73, <16 x i32> poison, <16 x i32> zeroinitializer
  %75 = add <16 x i32> zeroinitializer, %74
  %76 = bitcast <16 x i32> %75 to <32 x i16>
  store <32 x i16> %76, ptr %17, align 64
  store i32 0, ptr %18, align 4
  br label %77
77:                                               ; preds = %103, %53
  %78 = load i32, ptr %18, align 4
  %79 = icmp slt i32 %78, 4
  br i1 %79, label %81, label %80
80:                                               ; preds = %77
  store i32 11, ptr %13, align 4
  br label %106
81:                                               ; preds = %77
  %82 = load ptr, ptr %10, align 8
  %83 = load i32, ptr %16, align 4
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds [4 x <16 x float>], ptr %82, i64 %84
  %86 = load i32, ptr %18, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %85, i64 0, i64 %87
  %89 = load <16 x float>, ptr %88, align 64
  %90 = load i32, ptr %18, align 4
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds [4 x <32 x i16>], ptr %15, i64 0, i64 %91
  %93 = load <32 x i16>, ptr %92, align 64
  %94 = load <32 x i16>, ptr %17, align 64
  %95 = call noundef <16 x float> @_ZL9add_pairsDv16_fDv32_tS0_(<16 x float> noundef %89, <32 x i16> noundef %93, <32 x i16> noundef %94)
  %96 = load ptr, ptr %10, align 8
  %97 = load i32, ptr %16, align 4
  %98 = sext i32 %97 to i64
  %99 = getelementptr inbounds [4 x <16 x float>], ptr %96, i64 %98
  %100 = load i32, ptr %18, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds [4 x <16 x float>], ptr %99, i64 0, i64 %101
  store <16 x float> %95, ptr %102, align 64
  br label %103
103:                                              ; preds = %81
  %104 = load i32, ptr %18, align 4
  %105 = add nsw i32 %104, 1
  store i32 %105, ptr %18, align 4
  br label %77, !llvm.loop !86
106:                                              ; preds = %80
  br label %107
107:                                              ; preds = %106
  %108 = load i32, ptr %16, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %16, align 4
  br label %49, !llvm.loop !87
110:                                              ; preds = %52
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %14, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %14, align 4
  br label %35, !llvm.loop !88
114:                                              ; preds = %38
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 8
  store i64 %117, ptr %12, align 8
  br label %24, !llvm.loop !89
118:                                              ; preds = %33
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #4 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #5 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #6 = { nocallback nofree nosync nounwind willreturn memory(none) }
attributes #7 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #8 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #9 = { mustprogress nounwind uwtable(sync) }
attributes #10 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #11 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #12 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #13 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 2}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7}
!11 = distinct !{!11, !7, !12}
!12 = !{!"llvm.loop.unroll.full"}
!13 = distinct !{!13, !7, !12}
!14 = distinct !{!14, !7, !12}
!15 = distinct !{!15, !7, !12}
!16 = distinct !{!16, !7, !12}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7, !12}
!19 = distinct !{!19, !7, !12}
!20 = distinct !{!20, !7}
!21 = distinct !{!21, !7, !12}
!22 = distinct !{!22, !7, !12}
!23 = distinct !{!23, !7, !12}
!24 = distinct !{!24, !7}
!25 = distinct !{!25, !7, !12}
!26 = distinct !{!26, !7, !12}
!27 = distinct !{!27, !7, !12}
!28 = distinct !{!28, !7, !12}
!29 = distinct !{!29, !7, !12}
!30 = distinct !{!30, !7, !12}
!31 = distinct !{!31, !7}
!32 = distinct !{!32, !7, !12}
!33 = distinct !{!33, !7, !12}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7, !12}
!36 = distinct !{!36, !7, !12}
!37 = distinct !{!37, !7, !12}
!38 = distinct !{!38, !7}
!39 = distinct !{!39, !7, !12}
!40 = distinct !{!40, !7, !12}
!41 = distinct !{!41, !7, !12}
!42 = distinct !{!42, !7, !12}
!43 = distinct !{!43, !7, !12}
!44 = distinct !{!44, !7}
!45 = distinct !{!45, !7, !12}
!46 = distinct !{!46, !7, !12}
!47 = distinct !{!47, !7}
!48 = distinct !{!48, !7, !12}
!49 = distinct !{!49, !7, !12}
!50 = distinct !{!50, !7, !12}
!51 = distinct !{!51, !7}
!52 = distinct !{!52, !7, !12}
!53 = distinct !{!53, !7, !12}
!54 = distinct !{!54, !7, !12}
!55 = distinct !{!55, !7, !12}
!56 = distinct !{!56, !7, !12}
!57 = distinct !{!57, !7}
!58 = distinct !{!58, !7, !12}
!59 = distinct !{!59, !7, !12}
!60 = distinct !{!60, !7}
!61 = distinct !{!61, !7, !12}
!62 = distinct !{!62, !7, !12}
!63 = distinct !{!63, !7, !12}
!64 = distinct !{!64, !7}
!65 = distinct !{!65, !7, !12}
!66 = distinct !{!66, !7, !12}
!67 = distinct !{!67, !7, !12}
!68 = distinct !{!68, !7, !12}
!69 = distinct !{!69, !7, !12}
!70 = distinct !{!70, !7}
!71 = distinct !{!71, !7, !12}
!72 = distinct !{!72, !7, !12}
!73 = distinct !{!73, !7}
!74 = distinct !{!74, !7, !12}
!75 = distinct !{!75, !7, !12}
!76 = distinct !{!76, !7, !12}
!77 = distinct !{!77, !7}
!78 = distinct !{!78, !7, !12}
!79 = distinct !{!79, !7, !12}
!80 = distinct !{!80, !7, !12}
!81 = distinct !{!81, !7, !12}
!82 = distinct !{!82, !7, !12}
!83 = distinct !{!83, !7}
!84 = distinct !{!84, !7, !12}
!85 = distinct !{!85, !7, !12}
!86 = distinct !{!86, !7, !12}
!87 = distinct !{!87, !7, !12}
!88 = distinct !{!88, !7, !12}
!89 = distinct !{!89, !7}
