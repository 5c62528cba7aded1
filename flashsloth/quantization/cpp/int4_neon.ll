%class.anon.2 = type { i8 }
%class.anon.3 = type { i8 }
%class.anon.7 = type { i8 }
%struct.Group = type { ptr, i64, ptr, ptr, [16 x %struct.Affine] }
%struct.Affine = type { <4 x float>, <4 x float> }
%class.anon = type { ptr, ptr, ptr, ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, [64 x i64] }
%class.anon.0 = type { ptr }
%class.anon.1 = type { ptr, ptr, ptr, ptr }
%struct.Parts = type { ptr, ptr, ptr, ptr }
%struct.Anywhere = type { <4 x i16> }
%struct.Sequence = type { i8 }
%struct.Sequence.5 = type { i8 }
%struct.Anywhere.6 = type { <4 x i8> }
%struct.Anywhere.9 = type { <2 x i32> }
%struct.Sequence.10 = type { i8 }
%struct.Anywhere.11 = type { <64 x i8> }
%class.anon.12 = type { i8 }
%class.anon.15 = type { i8 }
%class.anon.17 = type { i8 }
%struct.Sequence.14 = type { i8 }
%class.anon.19 = type { i8 }
%class.anon.21 = type { i8 }
%class.anon.23 = type { i8 }
%struct.Anywhere.25 = type { i32 }
%struct.Sequence.26 = type { i8 }
%struct.Anywhere.27 = type { <4 x float> }
$_ZN5PartsC2EPK7Productl = comdat any
$_Z9column_ofi = comdat any
@_ZL4even = internal constant %class.anon.2 undef, align 1
@_ZL3odd = internal constant %class.anon.3 undef, align 1
@_ZL5lower = internal constant %class.anon.7 undef, align 1
@TILES = external constant i64, align 8
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
  %3 = alloca %struct.Group, align 16
  %4 = alloca [48 x [16 x <4 x float>]], align 16
  %5 = alloca i8, align 1
  %6 = alloca %class.anon, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %3, i8 0, i64 544, i1 false)
  %7 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %2, align 8
  store ptr %8, ptr %7, align 16
  %9 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 1
  %10 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 2
  %11 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 3
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 10
  %14 = load i64, ptr %13, align 8
  %15 = mul nsw i64 %14, 64
  %16 = alloca i8, i64 %15, align 64
  store ptr %16, ptr %11, align 8
  %17 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 4
  %18 = getelementptr inbounds %struct.Affine, ptr %17, i64 16
  br label %19
19:                                               ; preds = %19, %1
  %20 = phi ptr [ %17, %1 ], [ %23, %19 ]
  %21 = getelementptr inbounds nuw %struct.Affine, ptr %20, i32 0, i32 0
  %22 = getelementptr inbounds nuw %struct.Affine, ptr %20, i32 0, i32 1
  %23 = getelementptr inbounds %struct.Affine, ptr %20, i64 1
  %24 = icmp eq ptr %23, %18
  br i1 %24, label %25, label %19
25:                                               ; preds = %19
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 7
  %28 = load i64, ptr %27, align 8
  %29 = icmp sgt i64 %28, 1
  %30 = zext i1 %29 to i8
  store i8 %30, ptr %5, align 1
  %31 = load ptr, ptr %2, align 8
  %32 = getelementptr inbounds [48 x [16 x <4 x float>]], ptr %4, i64 0, i64 0
  %33 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 0
  store ptr %2, ptr %33, align 8
  %34 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 1
  store ptr %3, ptr %34, align 8
  %35 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 2
  store ptr %5, ptr %35, align 8
  %36 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 3
  store ptr %4, ptr %36, align 8
  call void @"_ZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_"(ptr noundef %31, i64 noundef 48, ptr noundef %32, ptr noundef %6)
  ret void
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #3
define internal void @"_ZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_"(ptr noundef %0, i64 noundef %1, ptr noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %class.anon.0, align 8
  %10 = alloca %class.anon.1, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %11 = load ptr, ptr %5, align 8
  %12 = getelementptr inbounds nuw %struct.Product, ptr %11, i32 0, i32 7
  %13 = load i64, ptr %12, align 8
  %14 = load ptr, ptr %5, align 8
  %15 = getelementptr inbounds nuw %struct.Product, ptr %14, i32 0, i32 11
  %16 = load i64, ptr %15, align 8
  %17 = mul nsw i64 %13, %16
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %9, i32 0, i32 0
  %19 = load ptr, ptr %5, align 8
  store ptr %19, ptr %18, align 8
  %20 = getelementptr inbounds nuw %class.anon.0, ptr %9, i32 0, i32 0
  %21 = load ptr, ptr %20, align 8
  call void @"_ZL5shareIZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_EUllE_EvlS7_"(i64 noundef %17, ptr %21)
  %22 = load ptr, ptr %5, align 8
  %23 = load ptr, ptr %5, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 9
  %25 = load i64, ptr %24, align 8
  %26 = sdiv i64 %25, 64
  %27 = getelementptr inbounds nuw %class.anon.1, ptr %10, i32 0, i32 0
  store ptr %5, ptr %27, align 8
  %28 = getelementptr inbounds nuw %class.anon.1, ptr %10, i32 0, i32 1
  store ptr %6, ptr %28, align 8
  %29 = getelementptr inbounds nuw %class.anon.1, ptr %10, i32 0, i32 2
  store ptr %7, ptr %29, align 8
  %30 = getelementptr inbounds nuw %class.anon.1, ptr %10, i32 0, i32 3
  store ptr %3, ptr %30, align 8
  call void @"_ZL10take_tilesIZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_EUllE0_EvS3_lS7_"(ptr noundef %22, i64 noundef %26, ptr noundef %10)
  ret void
}
define internal void @"_ZL5shareIZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_EUllE_EvlS7_"(i64 noundef %0, ptr %1) #4 {
  %3 = alloca %class.anon.0, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.0, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !6
35:                                               ; preds = %29
  ret void
}
define internal void @"_ZL10take_tilesIZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_EUllE0_EvS3_lS7_"(ptr noundef %0, i64 noundef %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca ptr, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  %17 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %18 = call i32 @omp_get_num_threads()
  %19 = sext i32 %18 to i64
  %20 = call noundef i64 @_ZL5leastll(i64 noundef %19, i64 noundef 64)
  store i64 %20, ptr %7, align 8
  %21 = call i32 @omp_get_thread_num()
  %22 = sext i32 %21 to i64
  store i64 %22, ptr %8, align 8
  %23 = load i64, ptr %8, align 8
  %24 = load i64, ptr %7, align 8
  %25 = icmp slt i64 %23, %24
  br i1 %25, label %26, label %31
26:                                               ; preds = %3
  %27 = load ptr, ptr %4, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 13
  %29 = load i64, ptr %8, align 8
  %30 = getelementptr inbounds [64 x i64], ptr %28, i64 0, i64 %29
  store i64 0, ptr %30, align 8
  br label %31
31:                                               ; preds = %26, %3
  call void @GOMP_barrier()
  store i64 0, ptr %9, align 8
  br label %32
32:                                               ; preds = %80, %31
  %33 = load i64, ptr %9, align 8
  %34 = load i64, ptr %7, align 8
  %35 = icmp slt i64 %33, %34
  br i1 %35, label %37, label %36
36:                                               ; preds = %32
  br label %83
37:                                               ; preds = %32
  %38 = load i64, ptr %8, align 8
  %39 = load i64, ptr %9, align 8
  %40 = add nsw i64 %38, %39
  %41 = load i64, ptr %7, align 8
  %42 = srem i64 %40, %41
  store i64 %42, ptr %10, align 8
  %43 = load i64, ptr %5, align 8
  %44 = load i64, ptr %10, align 8
  %45 = mul nsw i64 %43, %44
  %46 = load i64, ptr %7, align 8
  %47 = sdiv i64 %45, %46
  store i64 %47, ptr %11, align 8
  %48 = load i64, ptr %5, align 8
  %49 = load i64, ptr %10, align 8
  %50 = add nsw i64 %49, 1
  %51 = mul nsw i64 %48, %50
  %52 = load i64, ptr %7, align 8
  %53 = sdiv i64 %51, %52
  store i64 %53, ptr %12, align 8
  %54 = load ptr, ptr %4, align 8
  %55 = getelementptr inbounds nuw %struct.Product, ptr %54, i32 0, i32 13
  %56 = getelementptr inbounds [64 x i64], ptr %55, i64 0, i64 0
  %57 = load i64, ptr %10, align 8
  %58 = getelementptr inbounds i64, ptr %56, i64 %57
  store ptr %58, ptr %13, align 8
  br label %59
59:                                               ; preds = %78, %37
  %60 = load ptr, ptr %13, align 8
  %61 = load atomic i64, ptr %60 monotonic, align 8
  store i64 %61, ptr %15, align 8
  %62 = load i64, ptr %15, align 8
  %63 = load i64, ptr %12, align 8
  %64 = load i64, ptr %11, align 8
  %65 = sub nsw i64 %63, %64
  %66 = icmp slt i64 %62, %65
  br i1 %66, label %67, label %79
67:                                               ; preds = %59
  %68 = load i64, ptr %11, align 8
  %69 = load ptr, ptr %13, align 8
  store i64 1, ptr %16, align 8
  %70 = load i64, ptr %16, align 8
  %71 = atomicrmw add ptr %69, i64 %70 monotonic, align 8
  store i64 %71, ptr %17, align 8
  %72 = load i64, ptr %17, align 8
  %73 = add nsw i64 %68, %72
  store i64 %73, ptr %14, align 8
  %74 = load i64, ptr %12, align 8
  %75 = icmp slt i64 %73, %74
  br i1 %75, label %76, label %78
76:                                               ; preds = %67
  %77 = load i64, ptr %14, align 8
  call void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %2, i64 noundef %77)
  br label %78
78:                                               ; preds = %76, %67
  br label %59, !llvm.loop !8
79:                                               ; preds = %59
  br label %80
80:                                               ; preds = %79
  %81 = load i64, ptr %9, align 8
  %82 = add nsw i64 %81, 1
  store i64 %82, ptr %9, align 8
  br label %32, !llvm.loop !9
83:                                               ; preds = %36
  ret void
}
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #5 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 11
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %8, %12
  %14 = load i64, ptr %4, align 8
  %15 = getelementptr inbounds nuw %class.anon.0, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 11
  %18 = load i64, ptr %17, align 8
  %19 = srem i64 %14, %18
  call void @_ZL5splitPK7Productll(ptr noundef %7, i64 noundef %13, i64 noundef %19)
  ret void
}
define internal void @_ZL5splitPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Parts, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca <4 x float>, align 16
  %11 = alloca <4 x float>, align 16
  %12 = alloca i64, align 8
  %13 = alloca <4 x float>, align 16
  %14 = alloca <4 x float>, align 16
  %15 = alloca float, align 4
  %16 = alloca float, align 4
  %17 = alloca i64, align 8
  %18 = alloca <4 x float>, align 16
  %19 = alloca <4 x float>, align 16
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %20 = load ptr, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %7, ptr noundef %20, i64 noundef %21)
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 10
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  store i64 %26, ptr %8, align 8
  %27 = load ptr, ptr %4, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 3
  %29 = load ptr, ptr %28, align 8
  %30 = load i64, ptr %5, align 8
  %31 = load ptr, ptr %4, align 8
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 8
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %30, %33
  %35 = getelementptr inbounds i16, ptr %29, i64 %34
  %36 = load i64, ptr %8, align 8
  %37 = getelementptr inbounds i16, ptr %35, i64 %36
  store ptr %37, ptr %9, align 8
  store <4 x float> zeroinitializer, ptr %10, align 16
  store <4 x float> zeroinitializer, ptr %11, align 16
  store i64 0, ptr %12, align 8
  br label %38
38:                                               ; preds = %63, %3
  %39 = load i64, ptr %12, align 8
  %40 = load ptr, ptr %4, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 10
  %42 = load i64, ptr %41, align 8
  %43 = icmp slt i64 %39, %42
  br i1 %43, label %45, label %44
44:                                               ; preds = %38
  br label %66
45:                                               ; preds = %38
  %46 = load ptr, ptr %9, align 8
  %47 = load i64, ptr %12, align 8
  %48 = getelementptr inbounds i16, ptr %46, i64 %47
  %49 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %48)
  store <4 x float> %49, ptr %13, align 16
  %50 = load <4 x float>, ptr %13, align 16
  %51 = call <4 x float> @llvm.fabs.v4f32(<4 x float> %50)
  store <4 x float> %51, ptr %14, align 16
  %52 = load <4 x float>, ptr %13, align 16
  %53 = load <4 x float>, ptr %10, align 16
  %54 = fadd <4 x float> %53, %52
  store <4 x float> %54, ptr %10, align 16
  %55 = load <4 x float>, ptr %14, align 16
  %56 = load <4 x float>, ptr %11, align 16
  %57 = fcmp ogt <4 x float> %55, %56
  %58 = sext <4 x i1> %57 to <4 x i32>
  %59 = load <4 x float>, ptr %14, align 16
  %60 = load <4 x float>, ptr %11, align 16
  %61 = icmp ne <4 x i32> %58, zeroinitializer
  %62 = select <4 x i1> %61, <4 x float> %59, <4 x float> %60
  store <4 x float> %62, ptr %11, align 16
  br label %63
63:                                               ; preds = %45
  %64 = load i64, ptr %12, align 8
  %65 = add nsw i64 %64, 4
  store i64 %65, ptr %12, align 8
  br label %38, !llvm.loop !10
66:                                               ; preds = %44
  %67 = load <4 x float>, ptr %11, align 16
  %68 = call float @llvm.vector.reduce.fmax.v4f32(<4 x float> %67)
  %69 = fdiv float %68, 1.270000e+02
  store float %69, ptr %15, align 4
  %70 = load float, ptr %15, align 4
  %71 = fcmp olt float %70, 0x3810000000000000
  br i1 %71, label %72, label %73
72:                                               ; preds = %66
  br label %75
73:                                               ; preds = %66
  %74 = load float, ptr %15, align 4
  br label %75
75:                                               ; preds = %73, %72
  %76 = phi float [ 0x3810000000000000, %72 ], [ %74, %73 ]
  store float %76, ptr %16, align 4
  %77 = load <4 x float>, ptr %10, align 16
  %78 = call noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %77)
  %79 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 3
  %80 = load ptr, ptr %79, align 8
  %81 = load i64, ptr %6, align 8
  %82 = load ptr, ptr %4, align 8
  %83 = getelementptr inbounds nuw %struct.Product, ptr %82, i32 0, i32 7
  %84 = load i64, ptr %83, align 8
  %85 = mul nsw i64 %81, %84
  %86 = getelementptr inbounds float, ptr %80, i64 %85
  store float %78, ptr %86, align 4
  %87 = load float, ptr %16, align 4
  %88 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %6, align 8
  %91 = load ptr, ptr %4, align 8
  %92 = getelementptr inbounds nuw %struct.Product, ptr %91, i32 0, i32 7
  %93 = load i64, ptr %92, align 8
  %94 = mul nsw i64 %90, %93
  %95 = getelementptr inbounds float, ptr %89, i64 %94
  store float %87, ptr %95, align 4
  store i64 0, ptr %17, align 8
  br label %96
96:                                               ; preds = %132, %75
  %97 = load i64, ptr %17, align 8
  %98 = load ptr, ptr %4, align 8
  %99 = getelementptr inbounds nuw %struct.Product, ptr %98, i32 0, i32 10
  %100 = load i64, ptr %99, align 8
  %101 = icmp slt i64 %97, %100
  br i1 %101, label %103, label %102
102:                                              ; preds = %96
  br label %135
103:                                              ; preds = %96
  %104 = load ptr, ptr %9, align 8
  %105 = load i64, ptr %17, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %106)
  %108 = load float, ptr %16, align 4
  %109 = fdiv float 1.000000e+00, %108
  %110 = insertelement <4 x float> poison, float %109, i64 0
  %111 = shufflevector <4 x float> %110, <4 x float> poison, <4 x i32> zeroinitializer
  %112 = fmul <4 x float> %107, %111
  store <4 x float> %112, ptr %18, align 16
  %113 = load <4 x float>, ptr %18, align 16
  %114 = call <4 x float> @llvm.rint.v4f32(<4 x float> %113)
  store <4 x float> %114, ptr %19, align 16
  %115 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  %116 = load ptr, ptr %115, align 8
  %117 = load i64, ptr %8, align 8
  %118 = getelementptr inbounds i8, ptr %116, i64 %117
  %119 = load i64, ptr %17, align 8
  %120 = getelementptr inbounds i8, ptr %118, i64 %119
  %121 = load <4 x float>, ptr %18, align 16
  call void @_ZL11put_roundedIaEvPT_Dv4_f(ptr noundef %120, <4 x float> noundef %121)
  %122 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 1
  %123 = load ptr, ptr %122, align 8
  %124 = load i64, ptr %8, align 8
  %125 = getelementptr inbounds i8, ptr %123, i64 %124
  %126 = load i64, ptr %17, align 8
  %127 = getelementptr inbounds i8, ptr %125, i64 %126
  %128 = load <4 x float>, ptr %18, align 16
  %129 = load <4 x float>, ptr %19, align 16
  %130 = fsub <4 x float> %128, %129
  %131 = fmul <4 x float> %130, splat (float 2.540000e+02)
  call void @_ZL11put_roundedIaEvPT_Dv4_f(ptr noundef %127, <4 x float> noundef %131)
  br label %132
132:                                              ; preds = %103
  %133 = load i64, ptr %17, align 8
  %134 = add nsw i64 %133, 4
  store i64 %134, ptr %17, align 8
  br label %96, !llvm.loop !11
135:                                              ; preds = %102
  ret void
}
define linkonce_odr void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef %1, i64 noundef %2) unnamed_addr #0 comdat {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.Product, ptr %8, i32 0, i32 5
  %10 = load ptr, ptr %9, align 8
  %11 = load i64, ptr %6, align 8
  %12 = mul nsw i64 %11, 2
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 8
  %15 = load i64, ptr %14, align 8
  %16 = mul nsw i64 %12, %15
  %17 = getelementptr inbounds i8, ptr %10, i64 %16
  %18 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  store ptr %17, ptr %18, align 8
  %19 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = getelementptr inbounds i8, ptr %20, i64 %23
  %25 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 1
  store ptr %24, ptr %25, align 8
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 5
  %28 = load ptr, ptr %27, align 8
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %31, 2
  %33 = load ptr, ptr %5, align 8
  %34 = getelementptr inbounds nuw %struct.Product, ptr %33, i32 0, i32 8
  %35 = load i64, ptr %34, align 8
  %36 = mul nsw i64 %32, %35
  %37 = getelementptr inbounds i8, ptr %28, i64 %36
  %38 = load i64, ptr %6, align 8
  %39 = getelementptr inbounds float, ptr %37, i64 %38
  %40 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  store ptr %39, ptr %40, align 8
  %41 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  %42 = load ptr, ptr %41, align 8
  %43 = load ptr, ptr %5, align 8
  %44 = getelementptr inbounds nuw %struct.Product, ptr %43, i32 0, i32 7
  %45 = load i64, ptr %44, align 8
  %46 = load ptr, ptr %5, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 11
  %48 = load i64, ptr %47, align 8
  %49 = mul nsw i64 %45, %48
  %50 = getelementptr inbounds float, ptr %42, i64 %49
  %51 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 3
  store ptr %50, ptr %51, align 8
  ret void
}
define internal noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <4 x i16> @_ZL4loadIDv4_tET_PKv(ptr noundef %3)
  %5 = zext <4 x i16> %4 to <4 x i32>
  %6 = shl <4 x i32> %5, splat (i32 16)
  %7 = bitcast <4 x i32> %6 to <4 x float>
  ret <4 x float> %7
}
declare <4 x float> @llvm.fabs.v4f32(<4 x float>) #6
declare float @llvm.vector.reduce.fmax.v4f32(<4 x float>) #7
define internal noundef float @_ZL5totalIDv4_fEfT_(<4 x float> noundef %0) #4 {
  %2 = alloca <4 x float>, align 16
  %3 = alloca <1 x float>, align 4
  store <4 x float> %0, ptr %2, align 16
  %4 = load <4 x float>, ptr %2, align 16
  %5 = call noundef <1 x float> @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %4)
  store <1 x float> %5, ptr %3, align 4
  %6 = load <1 x float>, ptr %3, align 4
  %7 = extractelement <1 x float> %6, i32 0
  ret float %7
}
declare <4 x float> @llvm.rint.v4f32(<4 x float>) #6
define internal void @_ZL11put_roundedIaEvPT_Dv4_f(ptr noundef %0, <4 x float> noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x float>, align 16
  %5 = alloca <4 x i8>, align 4
  store ptr %0, ptr %3, align 8
  store <4 x float> %1, ptr %4, align 16
  %6 = load <4 x float>, ptr %4, align 16
  %7 = load <4 x float>, ptr %4, align 16
  %8 = fcmp une <4 x float> %6, %7
  %9 = sext <4 x i1> %8 to <4 x i32>
  %10 = load <4 x float>, ptr %4, align 16
  %11 = call <4 x float> @llvm.rint.v4f32(<4 x float> %10)
  %12 = icmp ne <4 x i32> %9, zeroinitializer
  %13 = select <4 x i1> %12, <4 x float> zeroinitializer, <4 x float> %11
  store <4 x float> %13, ptr %4, align 16
  %14 = load ptr, ptr %3, align 8
  %15 = load <4 x float>, ptr %4, align 16
  %16 = fptosi <4 x float> %15 to <4 x i32>
  %17 = trunc <4 x i32> %16 to <4 x i8>
  store <4 x i8> %17, ptr %5, align 4
  %18 = load i32, ptr %5, align 4
  call void @_ZL3putIDv4_aEvPvT_(ptr noundef %14, i32 noundef %18)
  ret void
}
define internal noundef <4 x i16> @_ZL4loadIDv4_tET_PKv(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <4 x i16>, ptr %4, align 1
  ret <4 x i16> %5
}
define internal noundef <1 x float> @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %0) #4 {
  %2 = alloca <4 x float>, align 16
  %3 = alloca i32, align 4
  store <4 x float> %0, ptr %2, align 16
  store i32 2, ptr %3, align 4
  %4 = load <4 x float>, ptr %2, align 16
  %5 = load <4 x float>, ptr %2, align 16
  %6 = call noundef <2 x float> @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %4, <4 x float> noundef %5)
  %7 = call noundef <1 x float> @_ZL6foldedILi1EDv2_fEDaT0_(<2 x float> noundef %6)
  ret <1 x float> %7
}
define internal noundef <1 x float> @_ZL6foldedILi1EDv2_fEDaT0_(<2 x float> noundef %0) #4 {
  %2 = alloca <2 x float>, align 8
  %3 = alloca i32, align 4
  %4 = alloca <1 x float>, align 4
  store <2 x float> %0, ptr %2, align 8
  store i32 1, ptr %3, align 4
  %5 = load <2 x float>, ptr %2, align 8
  %6 = load <2 x float>, ptr %2, align 8
  %7 = call noundef <1 x float> @_ZL10neighboursILi1EDv2_fEDaT0_S1_(<2 x float> noundef %5, <2 x float> noundef %6)
  store <1 x float> %7, ptr %4, align 4
  %8 = load i32, ptr %4, align 4
  %9 = call noundef <1 x float> @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %8)
  ret <1 x float> %9
}
define internal noundef <2 x float> @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %0, <4 x float> noundef %1) #4 {
  %3 = alloca <4 x float>, align 16
  %4 = alloca <4 x float>, align 16
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %class.anon.3, align 1
  store <4 x float> %0, ptr %3, align 16
  store <4 x float> %1, ptr %4, align 16
  %7 = load <4 x float>, ptr %3, align 16
  %8 = load <4 x float>, ptr %4, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = load i8, ptr %9, align 1
  %11 = zext i8 %10 to i64
  %12 = call noundef <2 x float> @"_ZL4pickILi2EDv4_f3$_2EDaT0_S2_T1_"(<4 x float> noundef %7, <4 x float> noundef %8, i64 %11)
  %13 = load <4 x float>, ptr %3, align 16
  %14 = load <4 x float>, ptr %4, align 16
  %15 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %16 = load i8, ptr %15, align 1
  %17 = zext i8 %16 to i64
  %18 = call noundef <2 x float> @"_ZL4pickILi2EDv4_f3$_3EDaT0_S2_T1_"(<4 x float> noundef %13, <4 x float> noundef %14, i64 %17)
  %19 = fadd <2 x float> %12, %18
  ret <2 x float> %19
}
define internal noundef <1 x float> @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %0) #4 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <1 x float>, align 4
  %4 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
  %5 = load <1 x float>, ptr %2, align 4
  store <1 x float> %5, ptr %3, align 4
  store i32 0, ptr %4, align 4
  %6 = load <1 x float>, ptr %3, align 4
  ret <1 x float> %6
}
define internal noundef <1 x float> @_ZL10neighboursILi1EDv2_fEDaT0_S1_(<2 x float> noundef %0, <2 x float> noundef %1) #4 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca <2 x float>, align 8
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %class.anon.3, align 1
  store <2 x float> %0, ptr %3, align 8
  store <2 x float> %1, ptr %4, align 8
  %7 = load <2 x float>, ptr %3, align 8
  %8 = load <2 x float>, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = load i8, ptr %9, align 1
  %11 = zext i8 %10 to i64
  %12 = call noundef <1 x float> @"_ZL4pickILi1EDv2_f3$_2EDaT0_S2_T1_"(<2 x float> noundef %7, <2 x float> noundef %8, i64 %11)
  %13 = load <2 x float>, ptr %3, align 8
  %14 = load <2 x float>, ptr %4, align 8
  %15 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %16 = load i8, ptr %15, align 1
  %17 = zext i8 %16 to i64
  %18 = call noundef <1 x float> @"_ZL4pickILi1EDv2_f3$_3EDaT0_S2_T1_"(<2 x float> noundef %13, <2 x float> noundef %14, i64 %17)
  %19 = fadd <1 x float> %12, %18
  ret <1 x float> %19
}
define internal noundef <1 x float> @"_ZL4pickILi1EDv2_f3$_2EDaT0_S2_T1_"(<2 x float> noundef %0, <2 x float> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca %class.anon.2, align 1
  %8 = alloca %struct.Sequence, align 1
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <2 x float> %0, ptr %5, align 8
  store <2 x float> %1, ptr %6, align 8
  %11 = load <2 x float>, ptr %5, align 8
  %12 = load <2 x float>, ptr %6, align 8
  %13 = getelementptr inbounds nuw %class.anon.2, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <1 x float> @"_ZL7pick_ofIDv2_f3$_2JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x float> noundef %11, <2 x float> noundef %12, i64 %15, i64 %18)
  ret <1 x float> %19
}
define internal noundef <1 x float> @"_ZL4pickILi1EDv2_f3$_3EDaT0_S2_T1_"(<2 x float> noundef %0, <2 x float> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca %class.anon.3, align 1
  %8 = alloca %struct.Sequence, align 1
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <2 x float> %0, ptr %5, align 8
  store <2 x float> %1, ptr %6, align 8
  %11 = load <2 x float>, ptr %5, align 8
  %12 = load <2 x float>, ptr %6, align 8
  %13 = getelementptr inbounds nuw %class.anon.3, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <1 x float> @"_ZL7pick_ofIDv2_f3$_3JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x float> noundef %11, <2 x float> noundef %12, i64 %15, i64 %18)
  ret <1 x float> %19
}
define internal noundef <1 x float> @"_ZL7pick_ofIDv2_f3$_2JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x float> noundef %0, <2 x float> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %struct.Sequence, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <2 x float> %0, ptr %7, align 8
  store <2 x float> %1, ptr %8, align 8
  %13 = load <2 x float>, ptr %7, align 8
  %14 = load <2 x float>, ptr %8, align 8
  %15 = shufflevector <2 x float> %13, <2 x float> %14, <1 x i32> zeroinitializer
  ret <1 x float> %15
}
define internal noundef <1 x float> @"_ZL7pick_ofIDv2_f3$_3JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x float> noundef %0, <2 x float> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %struct.Sequence, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <2 x float> %0, ptr %7, align 8
  store <2 x float> %1, ptr %8, align 8
  %13 = load <2 x float>, ptr %7, align 8
  %14 = load <2 x float>, ptr %8, align 8
  %15 = shufflevector <2 x float> %13, <2 x float> %14, <1 x i32> <i32 1>
  ret <1 x float> %15
}
define internal noundef <2 x float> @"_ZL4pickILi2EDv4_f3$_2EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.2, align 1
  %8 = alloca %struct.Sequence.5, align 1
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %11 = load <4 x float>, ptr %5, align 16
  %12 = load <4 x float>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.2, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.5, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <2 x float> @"_ZL7pick_ofIDv4_f3$_2JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %11, <4 x float> noundef %12, i64 %15, i64 %18)
  ret <2 x float> %19
}
define internal noundef <2 x float> @"_ZL4pickILi2EDv4_f3$_3EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.3, align 1
  %8 = alloca %struct.Sequence.5, align 1
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %11 = load <4 x float>, ptr %5, align 16
  %12 = load <4 x float>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.3, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.5, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <2 x float> @"_ZL7pick_ofIDv4_f3$_3JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %11, <4 x float> noundef %12, i64 %15, i64 %18)
  ret <2 x float> %19
}
define internal noundef <2 x float> @"_ZL7pick_ofIDv4_f3$_2JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %struct.Sequence.5, align 1
  %7 = alloca <4 x float>, align 16
  %8 = alloca <4 x float>, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.5, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <4 x float> %0, ptr %7, align 16
  store <4 x float> %1, ptr %8, align 16
  %13 = load <4 x float>, ptr %7, align 16
  %14 = load <4 x float>, ptr %8, align 16
  %15 = shufflevector <4 x float> %13, <4 x float> %14, <2 x i32> <i32 0, i32 2>
  ret <2 x float> %15
}
define internal noundef <2 x float> @"_ZL7pick_ofIDv4_f3$_3JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %struct.Sequence.5, align 1
  %7 = alloca <4 x float>, align 16
  %8 = alloca <4 x float>, align 16
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.5, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <4 x float> %0, ptr %7, align 16
  store <4 x float> %1, ptr %8, align 16
  %13 = load <4 x float>, ptr %7, align 16
  %14 = load <4 x float>, ptr %8, align 16
  %15 = shufflevector <4 x float> %13, <4 x float> %14, <2 x i32> <i32 1, i32 3>
  ret <2 x float> %15
}
define internal void @_ZL3putIDv4_aEvPvT_(ptr noundef %0, i32 noundef %1) #4 {
  %3 = alloca <4 x i8>, align 4
  %4 = alloca ptr, align 8
  %5 = alloca <4 x i8>, align 4
  store i32 %1, ptr %3, align 4
  %6 = load <4 x i8>, ptr %3, align 4
  store ptr %0, ptr %4, align 8
  store <4 x i8> %6, ptr %5, align 4
  %7 = load <4 x i8>, ptr %5, align 4
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Anywhere.6, ptr %8, i32 0, i32 0
  store <4 x i8> %7, ptr %9, align 1
  ret void
}
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #4 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp slt i64 %5, %6
  br i1 %7, label %8, label %10
8:                                                ; preds = %2
  %9 = load i64, ptr %3, align 8
  br label %12
10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  br label %12
12:                                               ; preds = %10, %8
  %13 = phi i64 [ %9, %8 ], [ %11, %10 ]
  ret i64 %13
}
declare void @GOMP_barrier() #1
define internal void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA16_Dv4_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %9 = load ptr, ptr %3, align 8
  store i64 0, ptr %5, align 8
  br label %10
10:                                               ; preds = %67, %2
  %11 = load i64, ptr %5, align 8
  %12 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 0
  %13 = load ptr, ptr %12, align 8, !nonnull !12, !align !13
  %14 = load ptr, ptr %13, align 8
  %15 = getelementptr inbounds nuw %struct.Product, ptr %14, i32 0, i32 7
  %16 = load i64, ptr %15, align 8
  %17 = icmp slt i64 %11, %16
  br i1 %17, label %19, label %18
18:                                               ; preds = %10
  store i32 2, ptr %6, align 4
  br label %73
19:                                               ; preds = %10
  %20 = load i64, ptr %5, align 8
  %21 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8, !nonnull !12, !align !13
  %23 = load i64, ptr %22, align 8
  %24 = add nsw i64 %20, %23
  %25 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 0
  %26 = load ptr, ptr %25, align 8, !nonnull !12, !align !13
  %27 = load ptr, ptr %26, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 7
  %29 = load i64, ptr %28, align 8
  %30 = call noundef i64 @_ZL5leastll(i64 noundef %24, i64 noundef %29)
  store i64 %30, ptr %7, align 8
  %31 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 2
  %32 = load ptr, ptr %31, align 8, !nonnull !12, !align !13
  %33 = load ptr, ptr %32, align 8
  %34 = load i64, ptr %7, align 8
  %35 = load i64, ptr %5, align 8
  %36 = sub nsw i64 %34, %35
  %37 = mul i64 %36, 256
  call void @llvm.memset.p0.i64(ptr align 16 %33, i8 0, i64 %37, i1 false)
  %38 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 3
  %39 = load ptr, ptr %38, align 8, !nonnull !12, !align !13
  %40 = load i64, ptr %4, align 8
  %41 = load i64, ptr %5, align 8
  %42 = load i64, ptr %7, align 8
  call void @"_ZZ4int4ENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(32) %39, i64 noundef %40, i64 noundef %41, i64 noundef %42)
  %43 = load i64, ptr %5, align 8
  store i64 %43, ptr %8, align 8
  br label %44
44:                                               ; preds = %63, %19
  %45 = load i64, ptr %8, align 8
  %46 = load i64, ptr %7, align 8
  %47 = icmp slt i64 %45, %46
  br i1 %47, label %49, label %48
48:                                               ; preds = %44
  store i32 5, ptr %6, align 4
  br label %66
49:                                               ; preds = %44
  %50 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 0
  %51 = load ptr, ptr %50, align 8, !nonnull !12, !align !13
  %52 = load ptr, ptr %51, align 8
  %53 = load i64, ptr %8, align 8
  %54 = load i64, ptr %4, align 8
  %55 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 2
  %56 = load ptr, ptr %55, align 8, !nonnull !12, !align !13
  %57 = load ptr, ptr %56, align 8
  %58 = load i64, ptr %8, align 8
  %59 = load i64, ptr %5, align 8
  %60 = sub nsw i64 %58, %59
  %61 = getelementptr inbounds [16 x <4 x float>], ptr %57, i64 %60
  %62 = getelementptr inbounds [16 x <4 x float>], ptr %61, i64 0, i64 0
  call void @_ZL5writePK7ProductllPKDv4_f(ptr noundef %52, i64 noundef %53, i64 noundef %54, ptr noundef %62)
  br label %63
63:                                               ; preds = %49
  %64 = load i64, ptr %8, align 8
  %65 = add nsw i64 %64, 1
  store i64 %65, ptr %8, align 8
  br label %44, !llvm.loop !14
66:                                               ; preds = %48
  br label %67
67:                                               ; preds = %66
  %68 = getelementptr inbounds nuw %class.anon.1, ptr %9, i32 0, i32 1
  %69 = load ptr, ptr %68, align 8, !nonnull !12, !align !13
  %70 = load i64, ptr %69, align 8
  %71 = load i64, ptr %5, align 8
  %72 = add nsw i64 %71, %70
  store i64 %72, ptr %5, align 8
  br label %10, !llvm.loop !15
73:                                               ; preds = %18
  ret void
}
define internal void @"_ZZ4int4ENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1, i64 noundef %2, i64 noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %10 = load ptr, ptr %5, align 8
  store i64 0, ptr %9, align 8
  br label %11
11:                                               ; preds = %50, %4
  %12 = load i64, ptr %9, align 8
  %13 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 0
  %14 = load ptr, ptr %13, align 8, !nonnull !12, !align !13
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 11
  %17 = load i64, ptr %16, align 8
  %18 = icmp slt i64 %12, %17
  br i1 %18, label %20, label %19
19:                                               ; preds = %11
  br label %53
20:                                               ; preds = %11
  %21 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8, !nonnull !12, !align !16
  %23 = load i64, ptr %6, align 8
  %24 = load i64, ptr %9, align 8
  %25 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 2
  %26 = load ptr, ptr %25, align 8, !nonnull !12
  %27 = load i8, ptr %26, align 1, !range !17, !noundef !12
  %28 = trunc i8 %27 to i1
  call void @_ZL10read_groupR5Groupllb(ptr noundef nonnull align 16 dereferenceable(544) %22, i64 noundef %23, i64 noundef %24, i1 noundef %28)
  %29 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 2
  %30 = load ptr, ptr %29, align 8, !nonnull !12
  %31 = load i8, ptr %30, align 1, !range !17, !noundef !12
  %32 = trunc i8 %31 to i1
  br i1 %32, label %33, label %41
33:                                               ; preds = %20
  %34 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 1
  %35 = load ptr, ptr %34, align 8, !nonnull !12, !align !16
  %36 = load i64, ptr %7, align 8
  %37 = load i64, ptr %8, align 8
  %38 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 3
  %39 = load ptr, ptr %38, align 8, !nonnull !12, !align !16
  %40 = getelementptr inbounds [48 x [16 x <4 x float>]], ptr %39, i64 0, i64 0
  call void @_ZL3addILb1ELi1EEvRK5GroupllPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %35, i64 noundef %36, i64 noundef %37, ptr noundef %40)
  br label %49
41:                                               ; preds = %20
  %42 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 1
  %43 = load ptr, ptr %42, align 8, !nonnull !12, !align !16
  %44 = load i64, ptr %7, align 8
  %45 = load i64, ptr %8, align 8
  %46 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 3
  %47 = load ptr, ptr %46, align 8, !nonnull !12, !align !16
  %48 = getelementptr inbounds [48 x [16 x <4 x float>]], ptr %47, i64 0, i64 0
  call void @_ZL3addILb0ELi1EEvRK5GroupllPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %43, i64 noundef %44, i64 noundef %45, ptr noundef %48)
  br label %49
49:                                               ; preds = %41, %33
  br label %50
50:                                               ; preds = %49
  %51 = load i64, ptr %9, align 8
  %52 = add nsw i64 %51, 1
  store i64 %52, ptr %9, align 8
  br label %11, !llvm.loop !18
53:                                               ; preds = %19
  ret void
}
define internal void @_ZL5writePK7ProductllPKDv4_f(ptr noundef %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  %10 = alloca i64, align 8
  %11 = alloca <4 x float>, align 16
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  store i32 0, ptr %9, align 4
  br label %12
12:                                               ; preds = %47, %4
  %13 = load i32, ptr %9, align 4
  %14 = icmp slt i32 %13, 64
  br i1 %14, label %16, label %15
15:                                               ; preds = %12
  br label %50
16:                                               ; preds = %12
  %17 = load i64, ptr %7, align 8
  %18 = mul nsw i64 %17, 64
  %19 = load i32, ptr %9, align 4
  %20 = call noundef i32 @_Z9column_ofi(i32 noundef %19)
  %21 = sext i32 %20 to i64
  %22 = add nsw i64 %18, %21
  store i64 %22, ptr %10, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = load i32, ptr %9, align 4
  %25 = sext i32 %24 to i64
  %26 = getelementptr inbounds float, ptr %23, i64 %25
  %27 = call noundef <4 x float> @_ZL4loadIDv4_fET_PKv(ptr noundef %26)
  store <4 x float> %27, ptr %11, align 16
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 4
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %6, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 9
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  %37 = load i64, ptr %10, align 8
  %38 = getelementptr inbounds i16, ptr %36, i64 %37
  %39 = load <4 x float>, ptr %11, align 16
  %40 = load ptr, ptr %5, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 2
  %42 = load ptr, ptr %41, align 8
  %43 = load i64, ptr %10, align 8
  %44 = getelementptr inbounds i16, ptr %42, i64 %43
  %45 = call noundef <4 x float> @_ZL4wideILi4EEDvmlLm4ET__fPKt(ptr noundef %44)
  %46 = fadd <4 x float> %39, %45
  call void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %38, <4 x float> noundef %46)
  br label %47
47:                                               ; preds = %16
  %48 = load i32, ptr %9, align 4
  %49 = add nsw i32 %48, 4
  store i32 %49, ptr %9, align 4
  br label %12, !llvm.loop !19
50:                                               ; preds = %15
  ret void
}
define internal void @_ZL10read_groupR5Groupllb(ptr noundef nonnull align 16 dereferenceable(544) %0, i64 noundef %1, i64 noundef %2, i1 noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  %10 = zext i1 %3 to i8
  store i8 %10, ptr %8, align 1
  %11 = load i64, ptr %7, align 8
  %12 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %13 = getelementptr inbounds nuw %struct.Group, ptr %12, i32 0, i32 1
  store i64 %11, ptr %13, align 8
  %14 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %15 = getelementptr inbounds nuw %struct.Group, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 16
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 8
  %19 = load i64, ptr %6, align 8
  %20 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %21 = getelementptr inbounds nuw %struct.Group, ptr %20, i32 0, i32 0
  %22 = load ptr, ptr %21, align 16
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 8
  %24 = load i64, ptr %23, align 8
  %25 = mul nsw i64 %19, %24
  %26 = load i64, ptr %7, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 16
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 10
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = add nsw i64 %25, %32
  %34 = mul nsw i64 %33, 32
  %35 = getelementptr inbounds i8, ptr %18, i64 %34
  %36 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 2
  store ptr %35, ptr %37, align 16
  %38 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %39 = getelementptr inbounds nuw %struct.Group, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 16
  %41 = load i64, ptr %6, align 8
  %42 = load i64, ptr %7, align 8
  %43 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %44 = getelementptr inbounds nuw %struct.Group, ptr %43, i32 0, i32 4
  %45 = getelementptr inbounds [16 x %struct.Affine], ptr %44, i64 0, i64 0
  call void @_ZL11read_affinePK7ProductllP6Affine(ptr noundef %40, i64 noundef %41, i64 noundef %42, ptr noundef %45)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %74, %4
  %47 = load i8, ptr %8, align 1, !range !17, !noundef !12
  %48 = trunc i8 %47 to i1
  br i1 %48, label %49, label %57
49:                                               ; preds = %46
  %50 = load i64, ptr %9, align 8
  %51 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %52 = getelementptr inbounds nuw %struct.Group, ptr %51, i32 0, i32 0
  %53 = load ptr, ptr %52, align 16
  %54 = getelementptr inbounds nuw %struct.Product, ptr %53, i32 0, i32 10
  %55 = load i64, ptr %54, align 8
  %56 = icmp slt i64 %50, %55
  br label %57
57:                                               ; preds = %49, %46
  %58 = phi i1 [ false, %46 ], [ %56, %49 ]
  br i1 %58, label %60, label %59
59:                                               ; preds = %57
  br label %77
60:                                               ; preds = %57
  %61 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %62 = getelementptr inbounds nuw %struct.Group, ptr %61, i32 0, i32 2
  %63 = load ptr, ptr %62, align 16
  %64 = load i64, ptr %9, align 8
  %65 = mul nsw i64 32, %64
  %66 = getelementptr inbounds i8, ptr %63, i64 %65
  %67 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %68 = getelementptr inbounds nuw %struct.Group, ptr %67, i32 0, i32 3
  %69 = load ptr, ptr %68, align 8
  %70 = load i64, ptr %9, align 8
  %71 = sdiv i64 %70, 4
  %72 = mul nsw i64 %71, 16
  %73 = getelementptr inbounds <16 x i8>, ptr %69, i64 %72
  call void @_ZL10unpack_allILi0EEvPKhPDv16_a(ptr noundef %66, ptr noundef %73)
  br label %74
74:                                               ; preds = %60
  %75 = load i64, ptr %9, align 8
  %76 = add nsw i64 %75, 4
  store i64 %76, ptr %9, align 8
  br label %46, !llvm.loop !21
77:                                               ; preds = %59
  ret void
}
define internal void @_ZL3addILb1ELi1EEvRK5GroupllPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.Parts, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  br label %10
10:                                               ; preds = %22, %4
  %11 = load i64, ptr %6, align 8
  %12 = add nsw i64 %11, 1
  %13 = load i64, ptr %7, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %15, label %27
15:                                               ; preds = %10
  %16 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %17 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 16
  %20 = load i64, ptr %6, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %19, i64 noundef %20)
  %21 = load ptr, ptr %8, align 8
  call void @_ZL8add_rowsILb1ELi1ELi0EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %16, ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %21)
  br label %22
22:                                               ; preds = %15
  %23 = load i64, ptr %6, align 8
  %24 = add nsw i64 %23, 1
  store i64 %24, ptr %6, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds [16 x <4 x float>], ptr %25, i64 1
  store ptr %26, ptr %8, align 8
  br label %10, !llvm.loop !22
27:                                               ; preds = %10
  ret void
}
define internal void @_ZL3addILb0ELi1EEvRK5GroupllPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.Parts, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  br label %10
10:                                               ; preds = %22, %4
  %11 = load i64, ptr %6, align 8
  %12 = add nsw i64 %11, 1
  %13 = load i64, ptr %7, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %15, label %27
15:                                               ; preds = %10
  %16 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %17 = load ptr, ptr %5, align 8, !nonnull !12, !align !16
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 16
  %20 = load i64, ptr %6, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %19, i64 noundef %20)
  %21 = load ptr, ptr %8, align 8
  call void @_ZL8add_rowsILb0ELi1ELi0EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %16, ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %21)
  br label %22
22:                                               ; preds = %15
  %23 = load i64, ptr %6, align 8
  %24 = add nsw i64 %23, 1
  store i64 %24, ptr %6, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds [16 x <4 x float>], ptr %25, i64 1
  store ptr %26, ptr %8, align 8
  br label %10, !llvm.loop !23
27:                                               ; preds = %10
  ret void
}
define internal void @_ZL11read_affinePK7ProductllP6Affine(ptr noundef %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i8, align 1
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca i32, align 4
  %16 = alloca <2 x i32>, align 8
  %17 = alloca <2 x i32>, align 8
  %18 = alloca <4 x i32>, align 16
  %19 = alloca %class.anon.7, align 1
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %20 = load ptr, ptr %5, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8
  %23 = load i64, ptr %7, align 8
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.Product, ptr %24, i32 0, i32 9
  %26 = load i64, ptr %25, align 8
  %27 = mul nsw i64 %23, %26
  %28 = getelementptr inbounds i32, ptr %22, i64 %27
  %29 = load i64, ptr %6, align 8
  %30 = mul nsw i64 %29, 64
  %31 = getelementptr inbounds i32, ptr %28, i64 %30
  store ptr %31, ptr %9, align 8
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  %34 = load ptr, ptr %5, align 8
  %35 = getelementptr inbounds nuw %struct.Product, ptr %34, i32 0, i32 11
  %36 = load i64, ptr %35, align 8
  %37 = icmp sge i64 %33, %36
  %38 = zext i1 %37 to i8
  store i8 %38, ptr %10, align 1
  %39 = load i8, ptr %10, align 1, !range !17, !noundef !12
  %40 = trunc i8 %39 to i1
  br i1 %40, label %41, label %51
41:                                               ; preds = %4
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.Product, ptr %42, i32 0, i32 11
  %44 = load i64, ptr %43, align 8
  %45 = sub nsw i64 4, %44
  %46 = load ptr, ptr %5, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 9
  %48 = load i64, ptr %47, align 8
  %49 = mul nsw i64 %45, %48
  %50 = add nsw i64 %49, 64
  br label %56
51:                                               ; preds = %4
  %52 = load ptr, ptr %5, align 8
  %53 = getelementptr inbounds nuw %struct.Product, ptr %52, i32 0, i32 9
  %54 = load i64, ptr %53, align 8
  %55 = mul nsw i64 4, %54
  br label %56
56:                                               ; preds = %51, %41
  %57 = phi i64 [ %50, %41 ], [ %55, %51 ]
  store i64 %57, ptr %11, align 8
  store i32 0, ptr %12, align 4
  br label %58
58:                                               ; preds = %69, %56
  %59 = load i32, ptr %12, align 4
  %60 = icmp slt i32 %59, 64
  br i1 %60, label %62, label %61
61:                                               ; preds = %58
  br label %72
62:                                               ; preds = %58
  %63 = load ptr, ptr %9, align 8
  %64 = load i64, ptr %11, align 8
  %65 = getelementptr inbounds i32, ptr %63, i64 %64
  %66 = load i32, ptr %12, align 4
  %67 = sext i32 %66 to i64
  %68 = getelementptr inbounds i32, ptr %65, i64 %67
  call void @llvm.prefetch.p0(ptr %68, i32 0, i32 3, i32 1)
  br label %69
69:                                               ; preds = %62
  %70 = load i32, ptr %12, align 4
  %71 = add nsw i32 %70, 16
  store i32 %71, ptr %12, align 4
  br label %58, !llvm.loop !24
72:                                               ; preds = %61
  store i32 0, ptr %13, align 4
  br label %73
73:                                               ; preds = %123, %72
  %74 = load i32, ptr %13, align 4
  %75 = icmp slt i32 %74, 16
  br i1 %75, label %77, label %76
76:                                               ; preds = %73
  br label %126
77:                                               ; preds = %73
  %78 = load i32, ptr %13, align 4
  %79 = mul nsw i32 4, %78
  store i32 %79, ptr %14, align 4
  %80 = load i32, ptr %14, align 4
  %81 = add nsw i32 %80, 2
  store i32 %81, ptr %15, align 4
  %82 = load ptr, ptr %9, align 8
  %83 = load i32, ptr %14, align 4
  %84 = call noundef i32 @_Z9column_ofi(i32 noundef %83)
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i32, ptr %82, i64 %85
  %87 = call noundef <2 x i32> @_ZL4loadIDv2_iET_PKv(ptr noundef %86)
  store <2 x i32> %87, ptr %16, align 8
  %88 = load ptr, ptr %9, align 8
  %89 = load i32, ptr %15, align 4
  %90 = call noundef i32 @_Z9column_ofi(i32 noundef %89)
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds i32, ptr %88, i64 %91
  %93 = call noundef <2 x i32> @_ZL4loadIDv2_iET_PKv(ptr noundef %92)
  store <2 x i32> %93, ptr %17, align 8
  %94 = load <2 x i32>, ptr %16, align 8
  %95 = load <2 x i32>, ptr %17, align 8
  %96 = getelementptr inbounds nuw %class.anon.7, ptr %19, i32 0, i32 0
  %97 = load i8, ptr %96, align 1
  %98 = zext i8 %97 to i64
  %99 = call noundef <4 x i32> @"_ZL4pickILi4EDv2_i3$_0EDaT0_S2_T1_"(<2 x i32> noundef %94, <2 x i32> noundef %95, i64 %98)
  store <4 x i32> %99, ptr %18, align 16
  %100 = load <4 x i32>, ptr %18, align 16
  %101 = shl <4 x i32> %100, splat (i32 16)
  %102 = bitcast <4 x i32> %101 to <4 x float>
  %103 = load ptr, ptr %8, align 8
  %104 = load i32, ptr %13, align 4
  %105 = sext i32 %104 to i64
  %106 = getelementptr inbounds %struct.Affine, ptr %103, i64 %105
  %107 = getelementptr inbounds nuw %struct.Affine, ptr %106, i32 0, i32 0
  store <4 x float> %102, ptr %107, align 16
  %108 = load ptr, ptr %8, align 8
  %109 = load i32, ptr %13, align 4
  %110 = sext i32 %109 to i64
  %111 = getelementptr inbounds %struct.Affine, ptr %108, i64 %110
  %112 = getelementptr inbounds nuw %struct.Affine, ptr %111, i32 0, i32 0
  %113 = load <4 x float>, ptr %112, align 16
  %114 = load <4 x i32>, ptr %18, align 16
  %115 = and <4 x i32> %114, splat (i32 -65536)
  %116 = bitcast <4 x i32> %115 to <4 x float>
  %117 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %113, <4 x float> noundef splat (float -8.000000e+00), <4 x float> noundef %116)
  %118 = load ptr, ptr %8, align 8
  %119 = load i32, ptr %13, align 4
  %120 = sext i32 %119 to i64
  %121 = getelementptr inbounds %struct.Affine, ptr %118, i64 %120
  %122 = getelementptr inbounds nuw %struct.Affine, ptr %121, i32 0, i32 1
  store <4 x float> %117, ptr %122, align 16
  br label %123
123:                                              ; preds = %77
  %124 = load i32, ptr %13, align 4
  %125 = add nsw i32 %124, 1
  store i32 %125, ptr %13, align 4
  br label %73, !llvm.loop !25
126:                                              ; preds = %76
  ret void
}
define internal void @_ZL10unpack_allILi0EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds <16 x i8>, ptr %6, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv16_a(ptr noundef %5, ptr noundef %7)
  %8 = load ptr, ptr %3, align 8
  %9 = load ptr, ptr %4, align 8
  call void @_ZL10unpack_allILi1EEvPKhPDv16_a(ptr noundef %8, ptr noundef %9)
  ret void
}
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #8
define internal noundef <2 x i32> @_ZL4loadIDv2_iET_PKv(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %3, i32 0, i32 0
  %5 = load <2 x i32>, ptr %4, align 1
  ret <2 x i32> %5
}
define linkonce_odr noundef i32 @_Z9column_ofi(i32 noundef %0) #0 comdat {
  %2 = alloca i32, align 4
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
  %7 = load i32, ptr %2, align 4
  %8 = sdiv i32 %7, 4
  store i32 %8, ptr %3, align 4
  %9 = load i32, ptr %2, align 4
  %10 = srem i32 %9, 4
  store i32 %10, ptr %4, align 4
  %11 = load i32, ptr %3, align 4
  %12 = sdiv i32 %11, 4
  %13 = mul nsw i32 %12, 2
  %14 = load i32, ptr %3, align 4
  %15 = srem i32 %14, 2
  %16 = add nsw i32 %13, %15
  store i32 %16, ptr %5, align 4
  %17 = load i32, ptr %3, align 4
  %18 = srem i32 %17, 4
  %19 = sdiv i32 %18, 2
  %20 = mul nsw i32 %19, 32
  store i32 %20, ptr %6, align 4
  %21 = load i32, ptr %6, align 4
  %22 = load i32, ptr %5, align 4
  %23 = mul nsw i32 4, %22
  %24 = load i32, ptr %4, align 4
  %25 = add nsw i32 %23, %24
  %26 = add nsw i32 %21, %25
  ret i32 %26
}
define internal noundef <4 x i32> @"_ZL4pickILi4EDv2_i3$_0EDaT0_S2_T1_"(<2 x i32> noundef %0, <2 x i32> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.7, align 1
  %5 = alloca <2 x i32>, align 8
  %6 = alloca <2 x i32>, align 8
  %7 = alloca %class.anon.7, align 1
  %8 = alloca %struct.Sequence.10, align 1
  %9 = getelementptr inbounds nuw %class.anon.7, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <2 x i32> %0, ptr %5, align 8
  store <2 x i32> %1, ptr %6, align 8
  %11 = load <2 x i32>, ptr %5, align 8
  %12 = load <2 x i32>, ptr %6, align 8
  %13 = getelementptr inbounds nuw %class.anon.7, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.10, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <4 x i32> @"_ZL7pick_ofIDv2_i3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x i32> noundef %11, <2 x i32> noundef %12, i64 %15, i64 %18)
  ret <4 x i32> %19
}
define internal noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %0, <4 x float> noundef %1, <4 x float> noundef %2) #4 {
  %4 = alloca <4 x float>, align 16
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %4, align 16
  store <4 x float> %1, ptr %5, align 16
  store <4 x float> %2, ptr %6, align 16
  %7 = load <4 x float>, ptr %4, align 16
  %8 = load <4 x float>, ptr %5, align 16
  %9 = load <4 x float>, ptr %6, align 16
  %10 = call <4 x float> @llvm.fma.v4f32(<4 x float> %7, <4 x float> %8, <4 x float> %9)
  ret <4 x float> %10
}
define internal noundef <4 x i32> @"_ZL7pick_ofIDv2_i3$_0JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<2 x i32> noundef %0, <2 x i32> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.7, align 1
  %6 = alloca %struct.Sequence.10, align 1
  %7 = alloca <2 x i32>, align 8
  %8 = alloca <2 x i32>, align 8
  %9 = getelementptr inbounds nuw %class.anon.7, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.10, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <2 x i32> %0, ptr %7, align 8
  store <2 x i32> %1, ptr %8, align 8
  %13 = load <2 x i32>, ptr %7, align 8
  %14 = load <2 x i32>, ptr %8, align 8
  %15 = shufflevector <2 x i32> %13, <2 x i32> %14, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
  ret <4 x i32> %15
}
declare <4 x float> @llvm.fma.v4f32(<4 x float>, <4 x float>, <4 x float>) #6
define internal void @_ZL6unpackILi0EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca <64 x i8>, align 16
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = alloca <64 x i8>, align 16
  %12 = alloca <16 x i8>, align 16
  %13 = alloca <64 x i8>, align 16
  %14 = alloca <64 x i8>, align 16
  %15 = alloca <16 x i8>, align 16
  %16 = alloca <64 x i8>, align 16
  %17 = alloca <64 x i8>, align 16
  %18 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  store i32 16, ptr %5, align 4
  store i32 8, ptr %6, align 4
  store i32 0, ptr %7, align 4
  br label %19
19:                                               ; preds = %42, %2
  %20 = load i32, ptr %7, align 4
  %21 = icmp slt i32 %20, 128
  br i1 %21, label %22, label %23
22:                                               ; preds = %19
  br label %23
23:                                               ; preds = %22, %19
  %24 = phi i1 [ false, %19 ], [ true, %22 ]
  br i1 %24, label %26, label %25
25:                                               ; preds = %23
  br label %45
26:                                               ; preds = %23
  %27 = load i64, ptr @TILES, align 8
  %28 = icmp ne i64 %27, 0
  br i1 %28, label %29, label %35
29:                                               ; preds = %26
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds i8, ptr %30, i64 2048
  %32 = load i32, ptr %7, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds i8, ptr %31, i64 %33
  call void @llvm.prefetch.p0(ptr %34, i32 0, i32 2, i32 1)
  br label %41
35:                                               ; preds = %26
  %36 = load ptr, ptr %3, align 8
  %37 = getelementptr inbounds i8, ptr %36, i64 4096
  %38 = load i32, ptr %7, align 4
  %39 = sext i32 %38 to i64
  %40 = getelementptr inbounds i8, ptr %37, i64 %39
  call void @llvm.prefetch.p0(ptr %40, i32 0, i32 3, i32 1)
  br label %41
41:                                               ; preds = %35, %29
  br label %42
42:                                               ; preds = %41
  %43 = load i32, ptr %7, align 4
  %44 = add nsw i32 %43, 64
  store i32 %44, ptr %7, align 4
  br label %19, !llvm.loop !26
45:                                               ; preds = %25
  %46 = load ptr, ptr %3, align 8
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %9, ptr noundef %46)
  %47 = load <64 x i8>, ptr %9, align 16
  store <64 x i8> %47, ptr %8, align 16
  %48 = load ptr, ptr %3, align 8
  %49 = getelementptr inbounds i8, ptr %48, i64 64
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %11, ptr noundef %49)
  %50 = load <64 x i8>, ptr %11, align 16
  store <64 x i8> %50, ptr %10, align 16
  %51 = load <64 x i8>, ptr %8, align 16
  %52 = load <64 x i8>, ptr %8, align 16
  store <64 x i8> %51, ptr %13, align 16
  store <64 x i8> %52, ptr %14, align 16
  %53 = call noundef <16 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %13, ptr noundef %14)
  store <16 x i8> %53, ptr %12, align 16
  %54 = load <64 x i8>, ptr %10, align 16
  %55 = load <64 x i8>, ptr %10, align 16
  store <64 x i8> %54, ptr %16, align 16
  store <64 x i8> %55, ptr %17, align 16
  %56 = call noundef <16 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %16, ptr noundef %17)
  store <16 x i8> %56, ptr %15, align 16
  %57 = load <16 x i8>, ptr %12, align 16
  %58 = load <16 x i8>, ptr %15, align 16
  %59 = call noundef <16 x i8> @_ZL5turnsILi0ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %57, <16 x i8> noundef %58)
  %60 = load ptr, ptr %4, align 8
  %61 = getelementptr inbounds <16 x i8>, ptr %60, i64 0
  store <16 x i8> %59, ptr %61, align 16
  %62 = load <16 x i8>, ptr %12, align 16
  %63 = load <16 x i8>, ptr %15, align 16
  %64 = call noundef <16 x i8> @_ZL5turnsILi8ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %62, <16 x i8> noundef %63)
  %65 = load ptr, ptr %4, align 8
  %66 = getelementptr inbounds <16 x i8>, ptr %65, i64 1
  store <16 x i8> %64, ptr %66, align 16
  store i32 0, ptr %18, align 4
  br label %67
67:                                               ; preds = %92, %45
  %68 = load i32, ptr %18, align 4
  %69 = icmp slt i32 %68, 2
  br i1 %69, label %71, label %70
70:                                               ; preds = %67
  br label %95
71:                                               ; preds = %67
  %72 = load ptr, ptr %4, align 8
  %73 = load i32, ptr %18, align 4
  %74 = sext i32 %73 to i64
  %75 = getelementptr inbounds <16 x i8>, ptr %72, i64 %74
  %76 = load <16 x i8>, ptr %75, align 16
  %77 = bitcast <16 x i8> %76 to <8 x i16>
  %78 = lshr <8 x i16> %77, splat (i16 4)
  %79 = bitcast <8 x i16> %78 to <16 x i8>
  %80 = and <16 x i8> %79, splat (i8 15)
  %81 = load ptr, ptr %4, align 8
  %82 = load i32, ptr %18, align 4
  %83 = add nsw i32 2, %82
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds <16 x i8>, ptr %81, i64 %84
  store <16 x i8> %80, ptr %85, align 16
  %86 = load ptr, ptr %4, align 8
  %87 = load i32, ptr %18, align 4
  %88 = sext i32 %87 to i64
  %89 = getelementptr inbounds <16 x i8>, ptr %86, i64 %88
  %90 = load <16 x i8>, ptr %89, align 16
  %91 = and <16 x i8> %90, splat (i8 15)
  store <16 x i8> %91, ptr %89, align 16
  br label %92
92:                                               ; preds = %71
  %93 = load i32, ptr %18, align 4
  %94 = add nsw i32 %93, 1
  store i32 %94, ptr %18, align 4
  br label %67, !llvm.loop !27
95:                                               ; preds = %70
  ret void
}
define internal void @_ZL10unpack_allILi1EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds <16 x i8>, ptr %6, i64 4
  call void @_ZL6unpackILi1EEvPKhPDv16_a(ptr noundef %5, ptr noundef %7)
  %8 = load ptr, ptr %3, align 8
  %9 = load ptr, ptr %4, align 8
  call void @_ZL10unpack_allILi2EEvPKhPDv16_a(ptr noundef %8, ptr noundef %9)
  ret void
}
define internal void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind noalias writable sret(<64 x i8>) align 16 %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  store ptr %1, ptr %3, align 8
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw %struct.Anywhere.11, ptr %4, i32 0, i32 0
  %6 = load <64 x i8>, ptr %5, align 1
  store <64 x i8> %6, ptr %0, align 16
  %7 = load <64 x i8>, ptr %0, align 16
  store <64 x i8> %7, ptr %0, align 16
  ret void
}
define internal noundef <16 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca <64 x i8>, align 16
  %4 = alloca <64 x i8>, align 16
  %5 = alloca %class.anon.12, align 1
  %6 = alloca <64 x i8>, align 16
  %7 = alloca <64 x i8>, align 16
  %8 = load <64 x i8>, ptr %0, align 16
  %9 = load <64 x i8>, ptr %1, align 16
  store <64 x i8> %8, ptr %3, align 16
  store <64 x i8> %9, ptr %4, align 16
  %10 = load <64 x i8>, ptr %3, align 16
  %11 = load <64 x i8>, ptr %4, align 16
  store <64 x i8> %10, ptr %6, align 16
  store <64 x i8> %11, ptr %7, align 16
  %12 = getelementptr inbounds nuw %class.anon.12, ptr %5, i32 0, i32 0
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i64
  %15 = call noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi0ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %6, ptr noundef %7, i64 %14)
  ret <16 x i8> %15
}
define internal noundef <16 x i8> @_ZL5turnsILi0ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %0, <16 x i8> noundef %1) #4 {
  %3 = alloca <16 x i8>, align 16
  %4 = alloca <16 x i8>, align 16
  %5 = alloca %class.anon.15, align 1
  store <16 x i8> %0, ptr %3, align 16
  store <16 x i8> %1, ptr %4, align 16
  %6 = load <16 x i8>, ptr %3, align 16
  %7 = load <16 x i8>, ptr %4, align 16
  %8 = getelementptr inbounds nuw %class.anon.15, ptr %5, i32 0, i32 0
  %9 = load i8, ptr %8, align 1
  %10 = zext i8 %9 to i64
  %11 = call noundef <16 x i8> @_ZL4pickILi16EDv16_aZL5turnsILi0ELi2ELi16ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<16 x i8> noundef %6, <16 x i8> noundef %7, i64 %10)
  ret <16 x i8> %11
}
define internal noundef <16 x i8> @_ZL5turnsILi8ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %0, <16 x i8> noundef %1) #4 {
  %3 = alloca <16 x i8>, align 16
  %4 = alloca <16 x i8>, align 16
  %5 = alloca %class.anon.17, align 1
  store <16 x i8> %0, ptr %3, align 16
  store <16 x i8> %1, ptr %4, align 16
  %6 = load <16 x i8>, ptr %3, align 16
  %7 = load <16 x i8>, ptr %4, align 16
  %8 = getelementptr inbounds nuw %class.anon.17, ptr %5, i32 0, i32 0
  %9 = load i8, ptr %8, align 1
  %10 = zext i8 %9 to i64
  %11 = call noundef <16 x i8> @_ZL4pickILi16EDv16_aZL5turnsILi8ELi2ELi16ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<16 x i8> noundef %6, <16 x i8> noundef %7, i64 %10)
  ret <16 x i8> %11
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi0ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.12, align 1
  %5 = alloca <64 x i8>, align 16
  %6 = alloca <64 x i8>, align 16
  %7 = alloca %class.anon.12, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = load <64 x i8>, ptr %0, align 16
  %12 = load <64 x i8>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.12, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %11, ptr %5, align 16
  store <64 x i8> %12, ptr %6, align 16
  %15 = load <64 x i8>, ptr %5, align 16
  %16 = load <64 x i8>, ptr %6, align 16
  store <64 x i8> %15, ptr %9, align 16
  store <64 x i8> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.12, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <16 x i8> %23
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.12, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <64 x i8>, align 16
  %8 = alloca <64 x i8>, align 16
  %9 = load <64 x i8>, ptr %0, align 16
  %10 = load <64 x i8>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.12, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %9, ptr %7, align 16
  store <64 x i8> %10, ptr %8, align 16
  %15 = load <64 x i8>, ptr %7, align 16
  %16 = load <64 x i8>, ptr %8, align 16
  %17 = shufflevector <64 x i8> %15, <64 x i8> %16, <16 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39>
  ret <16 x i8> %17
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv16_aZL5turnsILi0ELi2ELi16ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.15, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca %class.anon.15, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = getelementptr inbounds nuw %class.anon.15, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  %11 = load <16 x i8>, ptr %5, align 16
  %12 = load <16 x i8>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.15, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <16 x i8> @_ZL7pick_ofIDv16_aZL5turnsILi0ELi2ELi16ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %11, <16 x i8> noundef %12, i64 %15, i64 %18)
  ret <16 x i8> %19
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv16_aZL5turnsILi0ELi2ELi16ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.15, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <16 x i8>, align 16
  %8 = alloca <16 x i8>, align 16
  %9 = getelementptr inbounds nuw %class.anon.15, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <16 x i8> %0, ptr %7, align 16
  store <16 x i8> %1, ptr %8, align 16
  %13 = load <16 x i8>, ptr %7, align 16
  %14 = load <16 x i8>, ptr %8, align 16
  %15 = shufflevector <16 x i8> %13, <16 x i8> %14, <16 x i32> <i32 0, i32 1, i32 16, i32 17, i32 2, i32 3, i32 18, i32 19, i32 4, i32 5, i32 20, i32 21, i32 6, i32 7, i32 22, i32 23>
  ret <16 x i8> %15
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv16_aZL5turnsILi8ELi2ELi16ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.17, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca %class.anon.17, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = getelementptr inbounds nuw %class.anon.17, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  %11 = load <16 x i8>, ptr %5, align 16
  %12 = load <16 x i8>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.17, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <16 x i8> @_ZL7pick_ofIDv16_aZL5turnsILi8ELi2ELi16ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %11, <16 x i8> noundef %12, i64 %15, i64 %18)
  ret <16 x i8> %19
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv16_aZL5turnsILi8ELi2ELi16ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.17, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <16 x i8>, align 16
  %8 = alloca <16 x i8>, align 16
  %9 = getelementptr inbounds nuw %class.anon.17, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <16 x i8> %0, ptr %7, align 16
  store <16 x i8> %1, ptr %8, align 16
  %13 = load <16 x i8>, ptr %7, align 16
  %14 = load <16 x i8>, ptr %8, align 16
  %15 = shufflevector <16 x i8> %13, <16 x i8> %14, <16 x i32> <i32 8, i32 9, i32 24, i32 25, i32 10, i32 11, i32 26, i32 27, i32 12, i32 13, i32 28, i32 29, i32 14, i32 15, i32 30, i32 31>
  ret <16 x i8> %15
}
define internal void @_ZL6unpackILi1EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca <64 x i8>, align 16
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = alloca <64 x i8>, align 16
  %12 = alloca <16 x i8>, align 16
  %13 = alloca <64 x i8>, align 16
  %14 = alloca <64 x i8>, align 16
  %15 = alloca <16 x i8>, align 16
  %16 = alloca <64 x i8>, align 16
  %17 = alloca <64 x i8>, align 16
  %18 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  store i32 16, ptr %5, align 4
  store i32 8, ptr %6, align 4
  store i32 0, ptr %7, align 4
  br label %19
19:                                               ; preds = %42, %2
  %20 = load i32, ptr %7, align 4
  %21 = icmp slt i32 %20, 128
  br i1 %21, label %22, label %23
22:                                               ; preds = %19
  br label %23
23:                                               ; preds = %22, %19
  %24 = phi i1 [ false, %19 ], [ false, %22 ]
  br i1 %24, label %26, label %25
25:                                               ; preds = %23
  br label %45
26:                                               ; preds = %23
  %27 = load i64, ptr @TILES, align 8
  %28 = icmp ne i64 %27, 0
  br i1 %28, label %29, label %35
29:                                               ; preds = %26
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds i8, ptr %30, i64 2048
  %32 = load i32, ptr %7, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds i8, ptr %31, i64 %33
  call void @llvm.prefetch.p0(ptr %34, i32 0, i32 2, i32 1)
  br label %41
35:                                               ; preds = %26
  %36 = load ptr, ptr %3, align 8
  %37 = getelementptr inbounds i8, ptr %36, i64 4096
  %38 = load i32, ptr %7, align 4
  %39 = sext i32 %38 to i64
  %40 = getelementptr inbounds i8, ptr %37, i64 %39
  call void @llvm.prefetch.p0(ptr %40, i32 0, i32 3, i32 1)
  br label %41
41:                                               ; preds = %35, %29
  br label %42
42:                                               ; preds = %41
  %43 = load i32, ptr %7, align 4
  %44 = add nsw i32 %43, 64
  store i32 %44, ptr %7, align 4
  br label %19, !llvm.loop !28
45:                                               ; preds = %25
  %46 = load ptr, ptr %3, align 8
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %9, ptr noundef %46)
  %47 = load <64 x i8>, ptr %9, align 16
  store <64 x i8> %47, ptr %8, align 16
  %48 = load ptr, ptr %3, align 8
  %49 = getelementptr inbounds i8, ptr %48, i64 64
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %11, ptr noundef %49)
  %50 = load <64 x i8>, ptr %11, align 16
  store <64 x i8> %50, ptr %10, align 16
  %51 = load <64 x i8>, ptr %8, align 16
  %52 = load <64 x i8>, ptr %8, align 16
  store <64 x i8> %51, ptr %13, align 16
  store <64 x i8> %52, ptr %14, align 16
  %53 = call noundef <16 x i8> @_ZL5turnsILi8ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %13, ptr noundef %14)
  store <16 x i8> %53, ptr %12, align 16
  %54 = load <64 x i8>, ptr %10, align 16
  %55 = load <64 x i8>, ptr %10, align 16
  store <64 x i8> %54, ptr %16, align 16
  store <64 x i8> %55, ptr %17, align 16
  %56 = call noundef <16 x i8> @_ZL5turnsILi8ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %16, ptr noundef %17)
  store <16 x i8> %56, ptr %15, align 16
  %57 = load <16 x i8>, ptr %12, align 16
  %58 = load <16 x i8>, ptr %15, align 16
  %59 = call noundef <16 x i8> @_ZL5turnsILi0ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %57, <16 x i8> noundef %58)
  %60 = load ptr, ptr %4, align 8
  %61 = getelementptr inbounds <16 x i8>, ptr %60, i64 0
  store <16 x i8> %59, ptr %61, align 16
  %62 = load <16 x i8>, ptr %12, align 16
  %63 = load <16 x i8>, ptr %15, align 16
  %64 = call noundef <16 x i8> @_ZL5turnsILi8ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %62, <16 x i8> noundef %63)
  %65 = load ptr, ptr %4, align 8
  %66 = getelementptr inbounds <16 x i8>, ptr %65, i64 1
  store <16 x i8> %64, ptr %66, align 16
  store i32 0, ptr %18, align 4
  br label %67
67:                                               ; preds = %92, %45
  %68 = load i32, ptr %18, align 4
  %69 = icmp slt i32 %68, 2
  br i1 %69, label %71, label %70
70:                                               ; preds = %67
  br label %95
71:                                               ; preds = %67
  %72 = load ptr, ptr %4, align 8
  %73 = load i32, ptr %18, align 4
  %74 = sext i32 %73 to i64
  %75 = getelementptr inbounds <16 x i8>, ptr %72, i64 %74
  %76 = load <16 x i8>, ptr %75, align 16
  %77 = bitcast <16 x i8> %76 to <8 x i16>
  %78 = lshr <8 x i16> %77, splat (i16 4)
  %79 = bitcast <8 x i16> %78 to <16 x i8>
  %80 = and <16 x i8> %79, splat (i8 15)
  %81 = load ptr, ptr %4, align 8
  %82 = load i32, ptr %18, align 4
  %83 = add nsw i32 2, %82
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds <16 x i8>, ptr %81, i64 %84
  store <16 x i8> %80, ptr %85, align 16
  %86 = load ptr, ptr %4, align 8
  %87 = load i32, ptr %18, align 4
  %88 = sext i32 %87 to i64
  %89 = getelementptr inbounds <16 x i8>, ptr %86, i64 %88
  %90 = load <16 x i8>, ptr %89, align 16
  %91 = and <16 x i8> %90, splat (i8 15)
  store <16 x i8> %91, ptr %89, align 16
  br label %92
92:                                               ; preds = %71
  %93 = load i32, ptr %18, align 4
  %94 = add nsw i32 %93, 1
  store i32 %94, ptr %18, align 4
  br label %67, !llvm.loop !29
95:                                               ; preds = %70
  ret void
}
define internal void @_ZL10unpack_allILi2EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds <16 x i8>, ptr %6, i64 8
  call void @_ZL6unpackILi2EEvPKhPDv16_a(ptr noundef %5, ptr noundef %7)
  %8 = load ptr, ptr %3, align 8
  %9 = load ptr, ptr %4, align 8
  call void @_ZL10unpack_allILi3EEvPKhPDv16_a(ptr noundef %8, ptr noundef %9)
  ret void
}
define internal noundef <16 x i8> @_ZL5turnsILi8ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca <64 x i8>, align 16
  %4 = alloca <64 x i8>, align 16
  %5 = alloca %class.anon.19, align 1
  %6 = alloca <64 x i8>, align 16
  %7 = alloca <64 x i8>, align 16
  %8 = load <64 x i8>, ptr %0, align 16
  %9 = load <64 x i8>, ptr %1, align 16
  store <64 x i8> %8, ptr %3, align 16
  store <64 x i8> %9, ptr %4, align 16
  %10 = load <64 x i8>, ptr %3, align 16
  %11 = load <64 x i8>, ptr %4, align 16
  store <64 x i8> %10, ptr %6, align 16
  store <64 x i8> %11, ptr %7, align 16
  %12 = getelementptr inbounds nuw %class.anon.19, ptr %5, i32 0, i32 0
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i64
  %15 = call noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi8ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %6, ptr noundef %7, i64 %14)
  ret <16 x i8> %15
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi8ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.19, align 1
  %5 = alloca <64 x i8>, align 16
  %6 = alloca <64 x i8>, align 16
  %7 = alloca %class.anon.19, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = load <64 x i8>, ptr %0, align 16
  %12 = load <64 x i8>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.19, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %11, ptr %5, align 16
  store <64 x i8> %12, ptr %6, align 16
  %15 = load <64 x i8>, ptr %5, align 16
  %16 = load <64 x i8>, ptr %6, align 16
  store <64 x i8> %15, ptr %9, align 16
  store <64 x i8> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.19, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi8ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <16 x i8> %23
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi8ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.19, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <64 x i8>, align 16
  %8 = alloca <64 x i8>, align 16
  %9 = load <64 x i8>, ptr %0, align 16
  %10 = load <64 x i8>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.19, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %9, ptr %7, align 16
  store <64 x i8> %10, ptr %8, align 16
  %15 = load <64 x i8>, ptr %7, align 16
  %16 = load <64 x i8>, ptr %8, align 16
  %17 = shufflevector <64 x i8> %15, <64 x i8> %16, <16 x i32> <i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47>
  ret <16 x i8> %17
}
define internal void @_ZL6unpackILi2EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca <64 x i8>, align 16
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = alloca <64 x i8>, align 16
  %12 = alloca <16 x i8>, align 16
  %13 = alloca <64 x i8>, align 16
  %14 = alloca <64 x i8>, align 16
  %15 = alloca <16 x i8>, align 16
  %16 = alloca <64 x i8>, align 16
  %17 = alloca <64 x i8>, align 16
  %18 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  store i32 16, ptr %5, align 4
  store i32 8, ptr %6, align 4
  store i32 0, ptr %7, align 4
  br label %19
19:                                               ; preds = %42, %2
  %20 = load i32, ptr %7, align 4
  %21 = icmp slt i32 %20, 128
  br i1 %21, label %22, label %23
22:                                               ; preds = %19
  br label %23
23:                                               ; preds = %22, %19
  %24 = phi i1 [ false, %19 ], [ false, %22 ]
  br i1 %24, label %26, label %25
25:                                               ; preds = %23
  br label %45
26:                                               ; preds = %23
  %27 = load i64, ptr @TILES, align 8
  %28 = icmp ne i64 %27, 0
  br i1 %28, label %29, label %35
29:                                               ; preds = %26
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds i8, ptr %30, i64 2048
  %32 = load i32, ptr %7, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds i8, ptr %31, i64 %33
  call void @llvm.prefetch.p0(ptr %34, i32 0, i32 2, i32 1)
  br label %41
35:                                               ; preds = %26
  %36 = load ptr, ptr %3, align 8
  %37 = getelementptr inbounds i8, ptr %36, i64 4096
  %38 = load i32, ptr %7, align 4
  %39 = sext i32 %38 to i64
  %40 = getelementptr inbounds i8, ptr %37, i64 %39
  call void @llvm.prefetch.p0(ptr %40, i32 0, i32 3, i32 1)
  br label %41
41:                                               ; preds = %35, %29
  br label %42
42:                                               ; preds = %41
  %43 = load i32, ptr %7, align 4
  %44 = add nsw i32 %43, 64
  store i32 %44, ptr %7, align 4
  br label %19, !llvm.loop !30
45:                                               ; preds = %25
  %46 = load ptr, ptr %3, align 8
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %9, ptr noundef %46)
  %47 = load <64 x i8>, ptr %9, align 16
  store <64 x i8> %47, ptr %8, align 16
  %48 = load ptr, ptr %3, align 8
  %49 = getelementptr inbounds i8, ptr %48, i64 64
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %11, ptr noundef %49)
  %50 = load <64 x i8>, ptr %11, align 16
  store <64 x i8> %50, ptr %10, align 16
  %51 = load <64 x i8>, ptr %8, align 16
  %52 = load <64 x i8>, ptr %8, align 16
  store <64 x i8> %51, ptr %13, align 16
  store <64 x i8> %52, ptr %14, align 16
  %53 = call noundef <16 x i8> @_ZL5turnsILi16ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %13, ptr noundef %14)
  store <16 x i8> %53, ptr %12, align 16
  %54 = load <64 x i8>, ptr %10, align 16
  %55 = load <64 x i8>, ptr %10, align 16
  store <64 x i8> %54, ptr %16, align 16
  store <64 x i8> %55, ptr %17, align 16
  %56 = call noundef <16 x i8> @_ZL5turnsILi16ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %16, ptr noundef %17)
  store <16 x i8> %56, ptr %15, align 16
  %57 = load <16 x i8>, ptr %12, align 16
  %58 = load <16 x i8>, ptr %15, align 16
  %59 = call noundef <16 x i8> @_ZL5turnsILi0ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %57, <16 x i8> noundef %58)
  %60 = load ptr, ptr %4, align 8
  %61 = getelementptr inbounds <16 x i8>, ptr %60, i64 0
  store <16 x i8> %59, ptr %61, align 16
  %62 = load <16 x i8>, ptr %12, align 16
  %63 = load <16 x i8>, ptr %15, align 16
  %64 = call noundef <16 x i8> @_ZL5turnsILi8ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %62, <16 x i8> noundef %63)
  %65 = load ptr, ptr %4, align 8
  %66 = getelementptr inbounds <16 x i8>, ptr %65, i64 1
  store <16 x i8> %64, ptr %66, align 16
  store i32 0, ptr %18, align 4
  br label %67
67:                                               ; preds = %92, %45
  %68 = load i32, ptr %18, align 4
  %69 = icmp slt i32 %68, 2
  br i1 %69, label %71, label %70
70:                                               ; preds = %67
  br label %95
71:                                               ; preds = %67
  %72 = load ptr, ptr %4, align 8
  %73 = load i32, ptr %18, align 4
  %74 = sext i32 %73 to i64
  %75 = getelementptr inbounds <16 x i8>, ptr %72, i64 %74
  %76 = load <16 x i8>, ptr %75, align 16
  %77 = bitcast <16 x i8> %76 to <8 x i16>
  %78 = lshr <8 x i16> %77, splat (i16 4)
  %79 = bitcast <8 x i16> %78 to <16 x i8>
  %80 = and <16 x i8> %79, splat (i8 15)
  %81 = load ptr, ptr %4, align 8
  %82 = load i32, ptr %18, align 4
  %83 = add nsw i32 2, %82
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds <16 x i8>, ptr %81, i64 %84
  store <16 x i8> %80, ptr %85, align 16
  %86 = load ptr, ptr %4, align 8
  %87 = load i32, ptr %18, align 4
  %88 = sext i32 %87 to i64
  %89 = getelementptr inbounds <16 x i8>, ptr %86, i64 %88
  %90 = load <16 x i8>, ptr %89, align 16
  %91 = and <16 x i8> %90, splat (i8 15)
  store <16 x i8> %91, ptr %89, align 16
  br label %92
92:                                               ; preds = %71
  %93 = load i32, ptr %18, align 4
  %94 = add nsw i32 %93, 1
  store i32 %94, ptr %18, align 4
  br label %67, !llvm.loop !31
95:                                               ; preds = %70
  ret void
}
define internal void @_ZL10unpack_allILi3EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds <16 x i8>, ptr %6, i64 12
  call void @_ZL6unpackILi3EEvPKhPDv16_a(ptr noundef %5, ptr noundef %7)
  %8 = load ptr, ptr %3, align 8
  %9 = load ptr, ptr %4, align 8
  call void @_ZL10unpack_allILi4EEvPKhPDv16_a(ptr noundef %8, ptr noundef %9)
  ret void
}
define internal noundef <16 x i8> @_ZL5turnsILi16ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca <64 x i8>, align 16
  %4 = alloca <64 x i8>, align 16
  %5 = alloca %class.anon.21, align 1
  %6 = alloca <64 x i8>, align 16
  %7 = alloca <64 x i8>, align 16
  %8 = load <64 x i8>, ptr %0, align 16
  %9 = load <64 x i8>, ptr %1, align 16
  store <64 x i8> %8, ptr %3, align 16
  store <64 x i8> %9, ptr %4, align 16
  %10 = load <64 x i8>, ptr %3, align 16
  %11 = load <64 x i8>, ptr %4, align 16
  store <64 x i8> %10, ptr %6, align 16
  store <64 x i8> %11, ptr %7, align 16
  %12 = getelementptr inbounds nuw %class.anon.21, ptr %5, i32 0, i32 0
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i64
  %15 = call noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi16ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %6, ptr noundef %7, i64 %14)
  ret <16 x i8> %15
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi16ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.21, align 1
  %5 = alloca <64 x i8>, align 16
  %6 = alloca <64 x i8>, align 16
  %7 = alloca %class.anon.21, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = load <64 x i8>, ptr %0, align 16
  %12 = load <64 x i8>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.21, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %11, ptr %5, align 16
  store <64 x i8> %12, ptr %6, align 16
  %15 = load <64 x i8>, ptr %5, align 16
  %16 = load <64 x i8>, ptr %6, align 16
  store <64 x i8> %15, ptr %9, align 16
  store <64 x i8> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.21, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi16ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <16 x i8> %23
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi16ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.21, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <64 x i8>, align 16
  %8 = alloca <64 x i8>, align 16
  %9 = load <64 x i8>, ptr %0, align 16
  %10 = load <64 x i8>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.21, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %9, ptr %7, align 16
  store <64 x i8> %10, ptr %8, align 16
  %15 = load <64 x i8>, ptr %7, align 16
  %16 = load <64 x i8>, ptr %8, align 16
  %17 = shufflevector <64 x i8> %15, <64 x i8> %16, <16 x i32> <i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55>
  ret <16 x i8> %17
}
define internal void @_ZL6unpackILi3EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca <64 x i8>, align 16
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = alloca <64 x i8>, align 16
  %12 = alloca <16 x i8>, align 16
  %13 = alloca <64 x i8>, align 16
  %14 = alloca <64 x i8>, align 16
  %15 = alloca <16 x i8>, align 16
  %16 = alloca <64 x i8>, align 16
  %17 = alloca <64 x i8>, align 16
  %18 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  store i32 16, ptr %5, align 4
  store i32 8, ptr %6, align 4
  store i32 0, ptr %7, align 4
  br label %19
19:                                               ; preds = %42, %2
  %20 = load i32, ptr %7, align 4
  %21 = icmp slt i32 %20, 128
  br i1 %21, label %22, label %23
22:                                               ; preds = %19
  br label %23
23:                                               ; preds = %22, %19
  %24 = phi i1 [ false, %19 ], [ false, %22 ]
  br i1 %24, label %26, label %25
25:                                               ; preds = %23
  br label %45
26:                                               ; preds = %23
  %27 = load i64, ptr @TILES, align 8
  %28 = icmp ne i64 %27, 0
  br i1 %28, label %29, label %35
29:                                               ; preds = %26
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds i8, ptr %30, i64 2048
  %32 = load i32, ptr %7, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds i8, ptr %31, i64 %33
  call void @llvm.prefetch.p0(ptr %34, i32 0, i32 2, i32 1)
  br label %41
35:                                               ; preds = %26
  %36 = load ptr, ptr %3, align 8
  %37 = getelementptr inbounds i8, ptr %36, i64 4096
  %38 = load i32, ptr %7, align 4
  %39 = sext i32 %38 to i64
  %40 = getelementptr inbounds i8, ptr %37, i64 %39
  call void @llvm.prefetch.p0(ptr %40, i32 0, i32 3, i32 1)
  br label %41
41:                                               ; preds = %35, %29
  br label %42
42:                                               ; preds = %41
  %43 = load i32, ptr %7, align 4
  %44 = add nsw i32 %43, 64
  store i32 %44, ptr %7, align 4
  br label %19, !llvm.loop !32
45:                                               ; preds = %25
  %46 = load ptr, ptr %3, align 8
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %9, ptr noundef %46)
  %47 = load <64 x i8>, ptr %9, align 16
  store <64 x i8> %47, ptr %8, align 16
  %48 = load ptr, ptr %3, align 8
  %49 = getelementptr inbounds i8, ptr %48, i64 64
  call void @_ZL4loadIDv64_aET_PKv(ptr dead_on_unwind writable sret(<64 x i8>) align 16 %11, ptr noundef %49)
  %50 = load <64 x i8>, ptr %11, align 16
  store <64 x i8> %50, ptr %10, align 16
  %51 = load <64 x i8>, ptr %8, align 16
  %52 = load <64 x i8>, ptr %8, align 16
  store <64 x i8> %51, ptr %13, align 16
  store <64 x i8> %52, ptr %14, align 16
  %53 = call noundef <16 x i8> @_ZL5turnsILi24ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %13, ptr noundef %14)
  store <16 x i8> %53, ptr %12, align 16
  %54 = load <64 x i8>, ptr %10, align 16
  %55 = load <64 x i8>, ptr %10, align 16
  store <64 x i8> %54, ptr %16, align 16
  store <64 x i8> %55, ptr %17, align 16
  %56 = call noundef <16 x i8> @_ZL5turnsILi24ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %16, ptr noundef %17)
  store <16 x i8> %56, ptr %15, align 16
  %57 = load <16 x i8>, ptr %12, align 16
  %58 = load <16 x i8>, ptr %15, align 16
  %59 = call noundef <16 x i8> @_ZL5turnsILi0ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %57, <16 x i8> noundef %58)
  %60 = load ptr, ptr %4, align 8
  %61 = getelementptr inbounds <16 x i8>, ptr %60, i64 0
  store <16 x i8> %59, ptr %61, align 16
  %62 = load <16 x i8>, ptr %12, align 16
  %63 = load <16 x i8>, ptr %15, align 16
  %64 = call noundef <16 x i8> @_ZL5turnsILi8ELi2ELi16EDv16_aES0_T2_S1_(<16 x i8> noundef %62, <16 x i8> noundef %63)
  %65 = load ptr, ptr %4, align 8
  %66 = getelementptr inbounds <16 x i8>, ptr %65, i64 1
  store <16 x i8> %64, ptr %66, align 16
  store i32 0, ptr %18, align 4
  br label %67
67:                                               ; preds = %92, %45
  %68 = load i32, ptr %18, align 4
  %69 = icmp slt i32 %68, 2
  br i1 %69, label %71, label %70
70:                                               ; preds = %67
  br label %95
71:                                               ; preds = %67
  %72 = load ptr, ptr %4, align 8
  %73 = load i32, ptr %18, align 4
  %74 = sext i32 %73 to i64
  %75 = getelementptr inbounds <16 x i8>, ptr %72, i64 %74
  %76 = load <16 x i8>, ptr %75, align 16
  %77 = bitcast <16 x i8> %76 to <8 x i16>
  %78 = lshr <8 x i16> %77, splat (i16 4)
  %79 = bitcast <8 x i16> %78 to <16 x i8>
  %80 = and <16 x i8> %79, splat (i8 15)
  %81 = load ptr, ptr %4, align 8
  %82 = load i32, ptr %18, align 4
  %83 = add nsw i32 2, %82
  %84 = sext i32 %83 to i64
  %85 = getelementptr inbounds <16 x i8>, ptr %81, i64 %84
  store <16 x i8> %80, ptr %85, align 16
  %86 = load ptr, ptr %4, align 8
  %87 = load i32, ptr %18, align 4
  %88 = sext i32 %87 to i64
  %89 = getelementptr inbounds <16 x i8>, ptr %86, i64 %88
  %90 = load <16 x i8>, ptr %89, align 16
  %91 = and <16 x i8> %90, splat (i8 15)
  store <16 x i8> %91, ptr %89, align 16
  br label %92
92:                                               ; preds = %71
  %93 = load i32, ptr %18, align 4
  %94 = add nsw i32 %93, 1
  store i32 %94, ptr %18, align 4
  br label %67, !llvm.loop !33
95:                                               ; preds = %70
  ret void
}
define internal void @_ZL10unpack_allILi4EEvPKhPDv16_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  ret void
}
define internal noundef <16 x i8> @_ZL5turnsILi24ELi1ELi32EDv64_aEDv16_aT2_S2_(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca <64 x i8>, align 16
  %4 = alloca <64 x i8>, align 16
  %5 = alloca %class.anon.23, align 1
  %6 = alloca <64 x i8>, align 16
  %7 = alloca <64 x i8>, align 16
  %8 = load <64 x i8>, ptr %0, align 16
  %9 = load <64 x i8>, ptr %1, align 16
  store <64 x i8> %8, ptr %3, align 16
  store <64 x i8> %9, ptr %4, align 16
  %10 = load <64 x i8>, ptr %3, align 16
  %11 = load <64 x i8>, ptr %4, align 16
  store <64 x i8> %10, ptr %6, align 16
  store <64 x i8> %11, ptr %7, align 16
  %12 = getelementptr inbounds nuw %class.anon.23, ptr %5, i32 0, i32 0
  %13 = load i8, ptr %12, align 1
  %14 = zext i8 %13 to i64
  %15 = call noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi24ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %6, ptr noundef %7, i64 %14)
  ret <16 x i8> %15
}
define internal noundef <16 x i8> @_ZL4pickILi16EDv64_aZL5turnsILi24ELi1ELi32ES0_EDv16_aT2_S3_EUliE_EDaT0_S5_T1_(ptr noundef %0, ptr noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.23, align 1
  %5 = alloca <64 x i8>, align 16
  %6 = alloca <64 x i8>, align 16
  %7 = alloca %class.anon.23, align 1
  %8 = alloca %struct.Sequence.14, align 1
  %9 = alloca <64 x i8>, align 16
  %10 = alloca <64 x i8>, align 16
  %11 = load <64 x i8>, ptr %0, align 16
  %12 = load <64 x i8>, ptr %1, align 16
  %13 = getelementptr inbounds nuw %class.anon.23, ptr %4, i32 0, i32 0
  %14 = trunc i64 %2 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %11, ptr %5, align 16
  store <64 x i8> %12, ptr %6, align 16
  %15 = load <64 x i8>, ptr %5, align 16
  %16 = load <64 x i8>, ptr %6, align 16
  store <64 x i8> %15, ptr %9, align 16
  store <64 x i8> %16, ptr %10, align 16
  %17 = getelementptr inbounds nuw %class.anon.23, ptr %7, i32 0, i32 0
  %18 = load i8, ptr %17, align 1
  %19 = zext i8 %18 to i64
  %20 = getelementptr inbounds nuw %struct.Sequence.14, ptr %8, i32 0, i32 0
  %21 = load i8, ptr %20, align 1
  %22 = zext i8 %21 to i64
  %23 = call noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi24ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %9, ptr noundef %10, i64 %19, i64 %22)
  ret <16 x i8> %23
}
define internal noundef <16 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi24ELi1ELi32ES0_EDv16_aT2_S3_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S5_T0_8SequenceIiJXspT1_EEE(ptr noundef %0, ptr noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.23, align 1
  %6 = alloca %struct.Sequence.14, align 1
  %7 = alloca <64 x i8>, align 16
  %8 = alloca <64 x i8>, align 16
  %9 = load <64 x i8>, ptr %0, align 16
  %10 = load <64 x i8>, ptr %1, align 16
  %11 = getelementptr inbounds nuw %class.anon.23, ptr %5, i32 0, i32 0
  %12 = trunc i64 %2 to i8
  store i8 %12, ptr %11, align 1
  %13 = getelementptr inbounds nuw %struct.Sequence.14, ptr %6, i32 0, i32 0
  %14 = trunc i64 %3 to i8
  store i8 %14, ptr %13, align 1
  store <64 x i8> %9, ptr %7, align 16
  store <64 x i8> %10, ptr %8, align 16
  %15 = load <64 x i8>, ptr %7, align 16
  %16 = load <64 x i8>, ptr %8, align 16
  %17 = shufflevector <64 x i8> %15, <64 x i8> %16, <16 x i32> <i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  ret <16 x i8> %17
}
define internal void @_ZL8add_rowsILb1ELi1ELi0EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %54 = getelementptr inbounds nuw %struct.Group, ptr %53, i32 0, i32 3
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %12, align 8
  %57 = sdiv i64 %56, 4
  %58 = mul nsw i64 %57, 16
  %59 = getelementptr inbounds <16 x i8>, ptr %55, i64 %58
  %60 = getelementptr inbounds <16 x i8>, ptr %59, i64 0
  store ptr %60, ptr %14, align 8
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !34
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !35
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !36
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !38
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !39
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !40
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 0, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 0, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !41
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !42
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb1ELi1ELi1EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal noundef i32 @_ZL4loadIiET_PKv(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.25, ptr %3, i32 0, i32 0
  %5 = load i32, ptr %4, align 1
  ret i32 %5
}
define internal noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %0, <16 x i8> noundef %1) #4 {
  %3 = alloca <16 x i8>, align 16
  %4 = alloca <16 x i8>, align 16
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %class.anon.3, align 1
  store <16 x i8> %0, ptr %3, align 16
  store <16 x i8> %1, ptr %4, align 16
  %7 = load <16 x i8>, ptr %3, align 16
  %8 = load <16 x i8>, ptr %4, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = load i8, ptr %9, align 1
  %11 = zext i8 %10 to i64
  %12 = call noundef <8 x i16> @"_ZL8productsIDv8_sDv16_a3$_2ET_T0_S4_T1_"(<16 x i8> noundef %7, <16 x i8> noundef %8, i64 %11)
  %13 = load <16 x i8>, ptr %3, align 16
  %14 = load <16 x i8>, ptr %4, align 16
  %15 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %16 = load i8, ptr %15, align 1
  %17 = zext i8 %16 to i64
  %18 = call noundef <8 x i16> @"_ZL8productsIDv8_sDv16_a3$_3ET_T0_S4_T1_"(<16 x i8> noundef %13, <16 x i8> noundef %14, i64 %17)
  %19 = add <8 x i16> %12, %18
  ret <8 x i16> %19
}
define internal noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %0, <8 x i16> noundef %1) #4 {
  %3 = alloca <8 x i16>, align 16
  %4 = alloca <8 x i16>, align 16
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %class.anon.3, align 1
  store <8 x i16> %0, ptr %3, align 16
  store <8 x i16> %1, ptr %4, align 16
  %7 = load <8 x i16>, ptr %3, align 16
  %8 = load <8 x i16>, ptr %4, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = load i8, ptr %9, align 1
  %11 = zext i8 %10 to i64
  %12 = call noundef <4 x i32> @"_ZL8productsIDv4_iDv8_s3$_2ET_T0_S4_T1_"(<8 x i16> noundef %7, <8 x i16> noundef %8, i64 %11)
  %13 = load <8 x i16>, ptr %3, align 16
  %14 = load <8 x i16>, ptr %4, align 16
  %15 = getelementptr inbounds nuw %class.anon.3, ptr %6, i32 0, i32 0
  %16 = load i8, ptr %15, align 1
  %17 = zext i8 %16 to i64
  %18 = call noundef <4 x i32> @"_ZL8productsIDv4_iDv8_s3$_3ET_T0_S4_T1_"(<8 x i16> noundef %13, <8 x i16> noundef %14, i64 %17)
  %19 = add <4 x i32> %12, %18
  ret <4 x i32> %19
}
define internal noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %0, <4 x i32> noundef %1, float noundef %2, float noundef %3, [2 x <4 x float>] alignstack(16) %4, <4 x float> noundef %5) #4 {
  %7 = alloca %struct.Affine, align 16
  %8 = alloca <4 x i32>, align 16
  %9 = alloca <4 x i32>, align 16
  %10 = alloca float, align 4
  %11 = alloca float, align 4
  %12 = alloca <4 x float>, align 16
  %13 = alloca <4 x float>, align 16
  %14 = alloca <4 x float>, align 16
  %15 = alloca <4 x float>, align 16
  store [2 x <4 x float>] %4, ptr %7, align 16
  store <4 x i32> %0, ptr %8, align 16
  store <4 x i32> %1, ptr %9, align 16
  store float %2, ptr %10, align 4
  store float %3, ptr %11, align 4
  store <4 x float> %5, ptr %12, align 16
  %16 = load <4 x i32>, ptr %8, align 16
  %17 = sitofp <4 x i32> %16 to <4 x float>
  store <4 x float> %17, ptr %13, align 16
  %18 = load <4 x i32>, ptr %9, align 16
  %19 = sitofp <4 x i32> %18 to <4 x float>
  store <4 x float> %19, ptr %14, align 16
  %20 = load <4 x float>, ptr %14, align 16
  %21 = load <4 x float>, ptr %13, align 16
  %22 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %20, <4 x float> noundef splat (float 0x3F70204080000000), <4 x float> noundef %21)
  %23 = load float, ptr %10, align 4
  %24 = insertelement <4 x float> poison, float %23, i64 0
  %25 = shufflevector <4 x float> %24, <4 x float> poison, <4 x i32> zeroinitializer
  %26 = fmul <4 x float> %22, %25
  store <4 x float> %26, ptr %15, align 16
  %27 = load <4 x float>, ptr %15, align 16
  %28 = getelementptr inbounds nuw %struct.Affine, ptr %7, i32 0, i32 0
  %29 = load <4 x float>, ptr %28, align 16
  %30 = load float, ptr %11, align 4
  %31 = insertelement <4 x float> poison, float %30, i64 0
  %32 = shufflevector <4 x float> %31, <4 x float> poison, <4 x i32> zeroinitializer
  %33 = fadd <4 x float> zeroinitializer, %32
  %34 = getelementptr inbounds nuw %struct.Affine, ptr %7, i32 0, i32 1
  %35 = load <4 x float>, ptr %34, align 16
  %36 = load <4 x float>, ptr %12, align 16
  %37 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %33, <4 x float> noundef %35, <4 x float> noundef %36)
  %38 = call noundef <4 x float> @_ZL3fmaIDv4_fET_S1_S1_S1_(<4 x float> noundef %27, <4 x float> noundef %29, <4 x float> noundef %37)
  ret <4 x float> %38
}
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #9
define internal void @_ZL8add_rowsILb1ELi1ELi1EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %54 = getelementptr inbounds nuw %struct.Group, ptr %53, i32 0, i32 3
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %12, align 8
  %57 = sdiv i64 %56, 4
  %58 = mul nsw i64 %57, 16
  %59 = getelementptr inbounds <16 x i8>, ptr %55, i64 %58
  %60 = getelementptr inbounds <16 x i8>, ptr %59, i64 4
  store ptr %60, ptr %14, align 8
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !43
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !44
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !45
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !46
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !47
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !48
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 4, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 4, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !49
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !50
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb1ELi1ELi2EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal noundef <8 x i16> @"_ZL8productsIDv8_sDv16_a3$_2ET_T0_S4_T1_"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca i32, align 4
  %8 = alloca %class.anon.2, align 1
  %9 = alloca %class.anon.2, align 1
  %10 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %11 = trunc i64 %2 to i8
  store i8 %11, ptr %10, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  store i32 8, ptr %7, align 4
  %12 = load <16 x i8>, ptr %5, align 16
  %13 = load <16 x i8>, ptr %5, align 16
  %14 = getelementptr inbounds nuw %class.anon.2, ptr %8, i32 0, i32 0
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i64
  %17 = call noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_2EDaT0_S2_T1_"(<16 x i8> noundef %12, <16 x i8> noundef %13, i64 %16)
  %18 = sext <8 x i8> %17 to <8 x i16>
  %19 = load <16 x i8>, ptr %6, align 16
  %20 = load <16 x i8>, ptr %6, align 16
  %21 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i64
  %24 = call noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_2EDaT0_S2_T1_"(<16 x i8> noundef %19, <16 x i8> noundef %20, i64 %23)
  %25 = sext <8 x i8> %24 to <8 x i16>
  %26 = mul <8 x i16> %18, %25
  ret <8 x i16> %26
}
define internal noundef <8 x i16> @"_ZL8productsIDv8_sDv16_a3$_3ET_T0_S4_T1_"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca i32, align 4
  %8 = alloca %class.anon.3, align 1
  %9 = alloca %class.anon.3, align 1
  %10 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %11 = trunc i64 %2 to i8
  store i8 %11, ptr %10, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  store i32 8, ptr %7, align 4
  %12 = load <16 x i8>, ptr %5, align 16
  %13 = load <16 x i8>, ptr %5, align 16
  %14 = getelementptr inbounds nuw %class.anon.3, ptr %8, i32 0, i32 0
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i64
  %17 = call noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_3EDaT0_S2_T1_"(<16 x i8> noundef %12, <16 x i8> noundef %13, i64 %16)
  %18 = sext <8 x i8> %17 to <8 x i16>
  %19 = load <16 x i8>, ptr %6, align 16
  %20 = load <16 x i8>, ptr %6, align 16
  %21 = getelementptr inbounds nuw %class.anon.3, ptr %9, i32 0, i32 0
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i64
  %24 = call noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_3EDaT0_S2_T1_"(<16 x i8> noundef %19, <16 x i8> noundef %20, i64 %23)
  %25 = sext <8 x i8> %24 to <8 x i16>
  %26 = mul <8 x i16> %18, %25
  ret <8 x i16> %26
}
define internal noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_2EDaT0_S2_T1_"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca %class.anon.2, align 1
  %8 = alloca %struct.Sequence.26, align 1
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  %11 = load <16 x i8>, ptr %5, align 16
  %12 = load <16 x i8>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.2, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.26, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <8 x i8> @"_ZL7pick_ofIDv16_a3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i8> noundef %11, <16 x i8> noundef %12, i64 %15, i64 %18)
  ret <8 x i8> %19
}
define internal noundef <8 x i8> @"_ZL7pick_ofIDv16_a3$_2JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %struct.Sequence.26, align 1
  %7 = alloca <16 x i8>, align 16
  %8 = alloca <16 x i8>, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.26, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <16 x i8> %0, ptr %7, align 16
  store <16 x i8> %1, ptr %8, align 16
  %13 = load <16 x i8>, ptr %7, align 16
  %14 = load <16 x i8>, ptr %8, align 16
  %15 = shufflevector <16 x i8> %13, <16 x i8> %14, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x i8> %15
}
define internal noundef <8 x i8> @"_ZL4pickILi8EDv16_a3$_3EDaT0_S2_T1_"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <16 x i8>, align 16
  %6 = alloca <16 x i8>, align 16
  %7 = alloca %class.anon.3, align 1
  %8 = alloca %struct.Sequence.26, align 1
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <16 x i8> %0, ptr %5, align 16
  store <16 x i8> %1, ptr %6, align 16
  %11 = load <16 x i8>, ptr %5, align 16
  %12 = load <16 x i8>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.3, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.26, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <8 x i8> @"_ZL7pick_ofIDv16_a3$_3JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i8> noundef %11, <16 x i8> noundef %12, i64 %15, i64 %18)
  ret <8 x i8> %19
}
define internal noundef <8 x i8> @"_ZL7pick_ofIDv16_a3$_3JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i8> noundef %0, <16 x i8> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %struct.Sequence.26, align 1
  %7 = alloca <16 x i8>, align 16
  %8 = alloca <16 x i8>, align 16
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.26, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <16 x i8> %0, ptr %7, align 16
  store <16 x i8> %1, ptr %8, align 16
  %13 = load <16 x i8>, ptr %7, align 16
  %14 = load <16 x i8>, ptr %8, align 16
  %15 = shufflevector <16 x i8> %13, <16 x i8> %14, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x i8> %15
}
define internal noundef <4 x i32> @"_ZL8productsIDv4_iDv8_s3$_2ET_T0_S4_T1_"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <8 x i16>, align 16
  %6 = alloca <8 x i16>, align 16
  %7 = alloca i32, align 4
  %8 = alloca %class.anon.2, align 1
  %9 = alloca %class.anon.2, align 1
  %10 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %11 = trunc i64 %2 to i8
  store i8 %11, ptr %10, align 1
  store <8 x i16> %0, ptr %5, align 16
  store <8 x i16> %1, ptr %6, align 16
  store i32 4, ptr %7, align 4
  %12 = load <8 x i16>, ptr %5, align 16
  %13 = load <8 x i16>, ptr %5, align 16
  %14 = getelementptr inbounds nuw %class.anon.2, ptr %8, i32 0, i32 0
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i64
  %17 = call noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_2EDaT0_S2_T1_"(<8 x i16> noundef %12, <8 x i16> noundef %13, i64 %16)
  %18 = sext <4 x i16> %17 to <4 x i32>
  %19 = load <8 x i16>, ptr %6, align 16
  %20 = load <8 x i16>, ptr %6, align 16
  %21 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i64
  %24 = call noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_2EDaT0_S2_T1_"(<8 x i16> noundef %19, <8 x i16> noundef %20, i64 %23)
  %25 = sext <4 x i16> %24 to <4 x i32>
  %26 = mul <4 x i32> %18, %25
  ret <4 x i32> %26
}
define internal noundef <4 x i32> @"_ZL8productsIDv4_iDv8_s3$_3ET_T0_S4_T1_"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <8 x i16>, align 16
  %6 = alloca <8 x i16>, align 16
  %7 = alloca i32, align 4
  %8 = alloca %class.anon.3, align 1
  %9 = alloca %class.anon.3, align 1
  %10 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %11 = trunc i64 %2 to i8
  store i8 %11, ptr %10, align 1
  store <8 x i16> %0, ptr %5, align 16
  store <8 x i16> %1, ptr %6, align 16
  store i32 4, ptr %7, align 4
  %12 = load <8 x i16>, ptr %5, align 16
  %13 = load <8 x i16>, ptr %5, align 16
  %14 = getelementptr inbounds nuw %class.anon.3, ptr %8, i32 0, i32 0
  %15 = load i8, ptr %14, align 1
  %16 = zext i8 %15 to i64
  %17 = call noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_3EDaT0_S2_T1_"(<8 x i16> noundef %12, <8 x i16> noundef %13, i64 %16)
  %18 = sext <4 x i16> %17 to <4 x i32>
  %19 = load <8 x i16>, ptr %6, align 16
  %20 = load <8 x i16>, ptr %6, align 16
  %21 = getelementptr inbounds nuw %class.anon.3, ptr %9, i32 0, i32 0
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i64
  %24 = call noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_3EDaT0_S2_T1_"(<8 x i16> noundef %19, <8 x i16> noundef %20, i64 %23)
  %25 = sext <4 x i16> %24 to <4 x i32>
  %26 = mul <4 x i32> %18, %25
  ret <4 x i32> %26
}
define internal noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_2EDaT0_S2_T1_"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.2, align 1
  %5 = alloca <8 x i16>, align 16
  %6 = alloca <8 x i16>, align 16
  %7 = alloca %class.anon.2, align 1
  %8 = alloca %struct.Sequence.10, align 1
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <8 x i16> %0, ptr %5, align 16
  store <8 x i16> %1, ptr %6, align 16
  %11 = load <8 x i16>, ptr %5, align 16
  %12 = load <8 x i16>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.2, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.10, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <4 x i16> @"_ZL7pick_ofIDv8_s3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i16> noundef %11, <8 x i16> noundef %12, i64 %15, i64 %18)
  ret <4 x i16> %19
}
define internal noundef <4 x i16> @"_ZL7pick_ofIDv8_s3$_2JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.2, align 1
  %6 = alloca %struct.Sequence.10, align 1
  %7 = alloca <8 x i16>, align 16
  %8 = alloca <8 x i16>, align 16
  %9 = getelementptr inbounds nuw %class.anon.2, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.10, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <8 x i16> %0, ptr %7, align 16
  store <8 x i16> %1, ptr %8, align 16
  %13 = load <8 x i16>, ptr %7, align 16
  %14 = load <8 x i16>, ptr %8, align 16
  %15 = shufflevector <8 x i16> %13, <8 x i16> %14, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  ret <4 x i16> %15
}
define internal noundef <4 x i16> @"_ZL4pickILi4EDv8_s3$_3EDaT0_S2_T1_"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2) #4 {
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <8 x i16>, align 16
  %6 = alloca <8 x i16>, align 16
  %7 = alloca %class.anon.3, align 1
  %8 = alloca %struct.Sequence.10, align 1
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %4, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  store <8 x i16> %0, ptr %5, align 16
  store <8 x i16> %1, ptr %6, align 16
  %11 = load <8 x i16>, ptr %5, align 16
  %12 = load <8 x i16>, ptr %6, align 16
  %13 = getelementptr inbounds nuw %class.anon.3, ptr %7, i32 0, i32 0
  %14 = load i8, ptr %13, align 1
  %15 = zext i8 %14 to i64
  %16 = getelementptr inbounds nuw %struct.Sequence.10, ptr %8, i32 0, i32 0
  %17 = load i8, ptr %16, align 1
  %18 = zext i8 %17 to i64
  %19 = call noundef <4 x i16> @"_ZL7pick_ofIDv8_s3$_3JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i16> noundef %11, <8 x i16> noundef %12, i64 %15, i64 %18)
  ret <4 x i16> %19
}
define internal noundef <4 x i16> @"_ZL7pick_ofIDv8_s3$_3JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i16> noundef %0, <8 x i16> noundef %1, i64 %2, i64 %3) #4 {
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %struct.Sequence.10, align 1
  %7 = alloca <8 x i16>, align 16
  %8 = alloca <8 x i16>, align 16
  %9 = getelementptr inbounds nuw %class.anon.3, ptr %5, i32 0, i32 0
  %10 = trunc i64 %2 to i8
  store i8 %10, ptr %9, align 1
  %11 = getelementptr inbounds nuw %struct.Sequence.10, ptr %6, i32 0, i32 0
  %12 = trunc i64 %3 to i8
  store i8 %12, ptr %11, align 1
  store <8 x i16> %0, ptr %7, align 16
  store <8 x i16> %1, ptr %8, align 16
  %13 = load <8 x i16>, ptr %7, align 16
  %14 = load <8 x i16>, ptr %8, align 16
  %15 = shufflevector <8 x i16> %13, <8 x i16> %14, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  ret <4 x i16> %15
}
define internal void @_ZL8add_rowsILb1ELi1ELi2EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %54 = getelementptr inbounds nuw %struct.Group, ptr %53, i32 0, i32 3
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %12, align 8
  %57 = sdiv i64 %56, 4
  %58 = mul nsw i64 %57, 16
  %59 = getelementptr inbounds <16 x i8>, ptr %55, i64 %58
  %60 = getelementptr inbounds <16 x i8>, ptr %59, i64 8
  store ptr %60, ptr %14, align 8
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !51
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !52
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !53
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !54
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !55
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !56
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 8, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 8, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !57
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !58
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb1ELi1ELi3EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal void @_ZL8add_rowsILb1ELi1ELi3EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %54 = getelementptr inbounds nuw %struct.Group, ptr %53, i32 0, i32 3
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %12, align 8
  %57 = sdiv i64 %56, 4
  %58 = mul nsw i64 %57, 16
  %59 = getelementptr inbounds <16 x i8>, ptr %55, i64 %58
  %60 = getelementptr inbounds <16 x i8>, ptr %59, i64 12
  store ptr %60, ptr %14, align 8
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !59
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !60
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !61
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !62
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !63
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !64
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 12, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 12, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !65
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !66
249:                                              ; preds = %163
  ret void
}
define internal void @_ZL8add_rowsILb0ELi1ELi0EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv16_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !67
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !68
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !69
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !70
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !71
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !72
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 0, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 0, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !73
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !74
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb0ELi1ELi1EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal void @_ZL8add_rowsILb0ELi1ELi1EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi1EEvPKhPDv16_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !75
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !76
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !77
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !78
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !79
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !80
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 4, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 4, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !81
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !82
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb0ELi1ELi2EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal void @_ZL8add_rowsILb0ELi1ELi2EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi2EEvPKhPDv16_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !83
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !84
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !85
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !86
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !87
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !88
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 8, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 8, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !89
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !90
249:                                              ; preds = %163
  %250 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %251 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %252 = load ptr, ptr %6, align 8
  call void @_ZL8add_rowsILb0ELi1ELi3EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %250, ptr noundef nonnull align 8 dereferenceable(32) %251, ptr noundef %252)
  ret void
}
define internal void @_ZL8add_rowsILb0ELi1ELi3EEvRK5GroupRK5PartsPA16_Dv4_f(ptr noundef nonnull align 16 dereferenceable(544) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <4 x i32>]], align 16
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <8 x i16>]], align 16
  %12 = alloca i64, align 8
  %13 = alloca [4 x <16 x i8>], align 16
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <16 x i8>, align 16
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 16
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 16
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 16 %8, i8 0, i64 128, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %156, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 16
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %159
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 16 %11, i8 0, i64 128, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %115, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %118
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <16 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi3EEvPKhPDv16_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %111, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %114
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 16
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <4 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <4 x i32> %83, <4 x i32> poison, <4 x i32> zeroinitializer
  %85 = add <4 x i32> zeroinitializer, %84
  %86 = bitcast <4 x i32> %85 to <16 x i8>
  store <16 x i8> %86, ptr %16, align 16
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %107, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %110
91:                                               ; preds = %87
  %92 = load ptr, ptr %14, align 8
  %93 = load i32, ptr %17, align 4
  %94 = sext i32 %93 to i64
  %95 = getelementptr inbounds <16 x i8>, ptr %92, i64 %94
  %96 = load <16 x i8>, ptr %95, align 16
  %97 = load <16 x i8>, ptr %16, align 16
  %98 = call noundef <8 x i16> @_ZL10byte_pairsDv16_aS_(<16 x i8> noundef %96, <16 x i8> noundef %97)
  %99 = load i32, ptr %15, align 4
  %100 = sext i32 %99 to i64
  %101 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %100
  %102 = load i32, ptr %17, align 4
  %103 = sext i32 %102 to i64
  %104 = getelementptr inbounds [4 x <8 x i16>], ptr %101, i64 0, i64 %103
  %105 = load <8 x i16>, ptr %104, align 16
  %106 = add <8 x i16> %105, %98
  store <8 x i16> %106, ptr %104, align 16
  br label %107
107:                                              ; preds = %91
  %108 = load i32, ptr %17, align 4
  %109 = add nsw i32 %108, 1
  store i32 %109, ptr %17, align 4
  br label %87, !llvm.loop !91
110:                                              ; preds = %90
  br label %111
111:                                              ; preds = %110
  %112 = load i32, ptr %15, align 4
  %113 = add nsw i32 %112, 1
  store i32 %113, ptr %15, align 4
  br label %61, !llvm.loop !92
114:                                              ; preds = %64
  br label %115
115:                                              ; preds = %114
  %116 = load i64, ptr %12, align 8
  %117 = add nsw i64 %116, 4
  store i64 %117, ptr %12, align 8
  br label %46, !llvm.loop !93
118:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %119
119:                                              ; preds = %152, %118
  %120 = load i32, ptr %18, align 4
  %121 = icmp slt i32 %120, 2
  br i1 %121, label %123, label %122
122:                                              ; preds = %119
  store i32 14, ptr %10, align 4
  br label %155
123:                                              ; preds = %119
  store i32 0, ptr %19, align 4
  br label %124
124:                                              ; preds = %148, %123
  %125 = load i32, ptr %19, align 4
  %126 = icmp slt i32 %125, 4
  br i1 %126, label %127, label %128
127:                                              ; preds = %124
  br label %128
128:                                              ; preds = %127, %124
  %129 = phi i1 [ false, %124 ], [ true, %127 ]
  br i1 %129, label %131, label %130
130:                                              ; preds = %128
  store i32 17, ptr %10, align 4
  br label %151
131:                                              ; preds = %128
  %132 = load i32, ptr %18, align 4
  %133 = sext i32 %132 to i64
  %134 = getelementptr inbounds [2 x [4 x <8 x i16>]], ptr %11, i64 0, i64 %133
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <8 x i16>], ptr %134, i64 0, i64 %136
  %138 = load <8 x i16>, ptr %137, align 16
  %139 = call noundef <4 x i32> @_ZL10word_pairsDv8_sS_(<8 x i16> noundef %138, <8 x i16> noundef splat (i16 1))
  %140 = load i32, ptr %18, align 4
  %141 = sext i32 %140 to i64
  %142 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %141
  %143 = load i32, ptr %19, align 4
  %144 = sext i32 %143 to i64
  %145 = getelementptr inbounds [4 x <4 x i32>], ptr %142, i64 0, i64 %144
  %146 = load <4 x i32>, ptr %145, align 16
  %147 = add <4 x i32> %146, %139
  store <4 x i32> %147, ptr %145, align 16
  br label %148
148:                                              ; preds = %131
  %149 = load i32, ptr %19, align 4
  %150 = add nsw i32 %149, 1
  store i32 %150, ptr %19, align 4
  br label %124, !llvm.loop !94
151:                                              ; preds = %130
  br label %152
152:                                              ; preds = %151
  %153 = load i32, ptr %18, align 4
  %154 = add nsw i32 %153, 1
  store i32 %154, ptr %18, align 4
  br label %119, !llvm.loop !95
155:                                              ; preds = %122
  br label %156
156:                                              ; preds = %155
  %157 = load i64, ptr %9, align 8
  %158 = add nsw i64 %157, 32
  store i64 %158, ptr %9, align 8
  br label %35, !llvm.loop !96
159:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %160
160:                                              ; preds = %246, %159
  %161 = load i32, ptr %20, align 4
  %162 = icmp slt i32 %161, 1
  br i1 %162, label %164, label %163
163:                                              ; preds = %160
  store i32 20, ptr %10, align 4
  br label %249
164:                                              ; preds = %160
  store i32 0, ptr %21, align 4
  br label %165
165:                                              ; preds = %242, %164
  %166 = load i32, ptr %21, align 4
  %167 = icmp slt i32 %166, 4
  br i1 %167, label %169, label %168
168:                                              ; preds = %165
  store i32 23, ptr %10, align 4
  br label %245
169:                                              ; preds = %165
  %170 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %171 = getelementptr inbounds nuw %struct.Parts, ptr %170, i32 0, i32 2
  %172 = load ptr, ptr %171, align 8
  %173 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %174 = getelementptr inbounds nuw %struct.Group, ptr %173, i32 0, i32 1
  %175 = load i64, ptr %174, align 8
  %176 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %177 = getelementptr inbounds nuw %struct.Group, ptr %176, i32 0, i32 0
  %178 = load ptr, ptr %177, align 16
  %179 = getelementptr inbounds nuw %struct.Product, ptr %178, i32 0, i32 7
  %180 = load i64, ptr %179, align 8
  %181 = mul nsw i64 %175, %180
  %182 = load i32, ptr %20, align 4
  %183 = sext i32 %182 to i64
  %184 = add nsw i64 %181, %183
  %185 = getelementptr inbounds float, ptr %172, i64 %184
  %186 = load float, ptr %185, align 4
  store float %186, ptr %22, align 4
  %187 = load ptr, ptr %5, align 8, !nonnull !12, !align !13
  %188 = getelementptr inbounds nuw %struct.Parts, ptr %187, i32 0, i32 3
  %189 = load ptr, ptr %188, align 8
  %190 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %191 = getelementptr inbounds nuw %struct.Group, ptr %190, i32 0, i32 1
  %192 = load i64, ptr %191, align 8
  %193 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %194 = getelementptr inbounds nuw %struct.Group, ptr %193, i32 0, i32 0
  %195 = load ptr, ptr %194, align 16
  %196 = getelementptr inbounds nuw %struct.Product, ptr %195, i32 0, i32 7
  %197 = load i64, ptr %196, align 8
  %198 = mul nsw i64 %192, %197
  %199 = load i32, ptr %20, align 4
  %200 = sext i32 %199 to i64
  %201 = add nsw i64 %198, %200
  %202 = getelementptr inbounds float, ptr %189, i64 %201
  %203 = load float, ptr %202, align 4
  store float %203, ptr %23, align 4
  %204 = load ptr, ptr %6, align 8
  %205 = load i32, ptr %20, align 4
  %206 = sext i32 %205 to i64
  %207 = getelementptr inbounds [16 x <4 x float>], ptr %204, i64 %206
  %208 = load i32, ptr %21, align 4
  %209 = add nsw i32 12, %208
  %210 = sext i32 %209 to i64
  %211 = getelementptr inbounds [16 x <4 x float>], ptr %207, i64 0, i64 %210
  store ptr %211, ptr %24, align 8
  %212 = load i32, ptr %20, align 4
  %213 = mul nsw i32 2, %212
  %214 = sext i32 %213 to i64
  %215 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %214
  %216 = load i32, ptr %21, align 4
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <4 x i32>], ptr %215, i64 0, i64 %217
  %219 = load <4 x i32>, ptr %218, align 16
  %220 = load i32, ptr %20, align 4
  %221 = mul nsw i32 2, %220
  %222 = add nsw i32 %221, 1
  %223 = sext i32 %222 to i64
  %224 = getelementptr inbounds [2 x [4 x <4 x i32>]], ptr %8, i64 0, i64 %223
  %225 = load i32, ptr %21, align 4
  %226 = sext i32 %225 to i64
  %227 = getelementptr inbounds [4 x <4 x i32>], ptr %224, i64 0, i64 %226
  %228 = load <4 x i32>, ptr %227, align 16
  %229 = load float, ptr %22, align 4
  %230 = load float, ptr %23, align 4
  %231 = load ptr, ptr %4, align 8, !nonnull !12, !align !16
  %232 = getelementptr inbounds nuw %struct.Group, ptr %231, i32 0, i32 4
  %233 = load i32, ptr %21, align 4
  %234 = add nsw i32 12, %233
  %235 = sext i32 %234 to i64
  %236 = getelementptr inbounds [16 x %struct.Affine], ptr %232, i64 0, i64 %235
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %25, ptr align 16 %236, i64 32, i1 false)
  %237 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  %238 = load <4 x float>, ptr %237, align 16
  %239 = load [2 x <4 x float>], ptr %25, align 16
  %240 = call noundef <4 x float> @_ZL6scaledDv4_iS_ff6AffineDv4_f(<4 x i32> noundef %219, <4 x i32> noundef %228, float noundef %229, float noundef %230, [2 x <4 x float>] alignstack(16) %239, <4 x float> noundef %238)
  %241 = load ptr, ptr %24, align 8, !nonnull !12, !align !16
  store <4 x float> %240, ptr %241, align 16
  br label %242
242:                                              ; preds = %169
  %243 = load i32, ptr %21, align 4
  %244 = add nsw i32 %243, 1
  store i32 %244, ptr %21, align 4
  br label %165, !llvm.loop !97
245:                                              ; preds = %168
  br label %246
246:                                              ; preds = %245
  %247 = load i32, ptr %20, align 4
  %248 = add nsw i32 %247, 1
  store i32 %248, ptr %20, align 4
  br label %160, !llvm.loop !98
249:                                              ; preds = %163
  ret void
}
define internal noundef <4 x float> @_ZL4loadIDv4_fET_PKv(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.27, ptr %3, i32 0, i32 0
  %5 = load <4 x float>, ptr %4, align 1
  ret <4 x float> %5
}
define internal void @_ZL8round_toIDv4_fEvPtT_(ptr noundef %0, <4 x float> noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x float>, align 16
  %5 = alloca i32, align 4
  %6 = alloca <4 x i32>, align 16
  %7 = alloca <4 x i32>, align 16
  store ptr %0, ptr %3, align 8
  store <4 x float> %1, ptr %4, align 16
  store i32 4, ptr %5, align 4
  %8 = load <4 x float>, ptr %4, align 16
  %9 = bitcast <4 x float> %8 to <4 x i32>
  store <4 x i32> %9, ptr %6, align 16
  %10 = load <4 x float>, ptr %4, align 16
  %11 = load <4 x float>, ptr %4, align 16
  %12 = fcmp une <4 x float> %10, %11
  %13 = sext <4 x i1> %12 to <4 x i32>
  %14 = load <4 x i32>, ptr %6, align 16
  %15 = add <4 x i32> %14, splat (i32 32767)
  %16 = load <4 x i32>, ptr %6, align 16
  %17 = lshr <4 x i32> %16, splat (i32 16)
  %18 = and <4 x i32> %17, splat (i32 1)
  %19 = add <4 x i32> %15, %18
  %20 = icmp ne <4 x i32> %13, zeroinitializer
  %21 = select <4 x i1> %20, <4 x i32> splat (i32 2143289344), <4 x i32> %19
  store <4 x i32> %21, ptr %7, align 16
  %22 = load ptr, ptr %3, align 8
  %23 = load <4 x i32>, ptr %7, align 16
  %24 = lshr <4 x i32> %23, splat (i32 16)
  %25 = trunc <4 x i32> %24 to <4 x i16>
  call void @_ZL3putIDv4_tEvPvT_(ptr noundef %22, <4 x i16> noundef %25)
  ret void
}
define internal void @_ZL3putIDv4_tEvPvT_(ptr noundef %0, <4 x i16> noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca <4 x i16>, align 8
  store ptr %0, ptr %3, align 8
  store <4 x i16> %1, ptr %4, align 8
  %5 = load <4 x i16>, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere, ptr %6, i32 0, i32 0
  store <4 x i16> %5, ptr %7, align 1
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #1 = { nounwind }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #4 = { alwaysinline mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #5 = { inlinehint mustprogress nounwind uwtable(sync) vscale_range(1,16) }
attributes #6 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #7 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #8 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #9 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #10 = { nounwind }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 4}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7}
!11 = distinct !{!11, !7}
!12 = !{}
!13 = !{i64 8}
!14 = distinct !{!14, !7}
!15 = distinct !{!15, !7}
!16 = !{i64 16}
!17 = !{i8 0, i8 2}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7, !20}
!20 = !{!"llvm.loop.unroll.full"}
!21 = distinct !{!21, !7}
!22 = distinct !{!22, !7}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !20}
!25 = distinct !{!25, !7, !20}
!26 = distinct !{!26, !7, !20}
!27 = distinct !{!27, !7, !20}
!28 = distinct !{!28, !7, !20}
!29 = distinct !{!29, !7, !20}
!30 = distinct !{!30, !7, !20}
!31 = distinct !{!31, !7, !20}
!32 = distinct !{!32, !7, !20}
!33 = distinct !{!33, !7, !20}
!34 = distinct !{!34, !7, !20}
!35 = distinct !{!35, !7, !20}
!36 = distinct !{!36, !7, !37}
!37 = !{!"llvm.loop.unroll.count", i32 8}
!38 = distinct !{!38, !7, !20}
!39 = distinct !{!39, !7, !20}
!40 = distinct !{!40, !7}
!41 = distinct !{!41, !7, !20}
!42 = distinct !{!42, !7, !20}
!43 = distinct !{!43, !7, !20}
!44 = distinct !{!44, !7, !20}
!45 = distinct !{!45, !7, !37}
!46 = distinct !{!46, !7, !20}
!47 = distinct !{!47, !7, !20}
!48 = distinct !{!48, !7}
!49 = distinct !{!49, !7, !20}
!50 = distinct !{!50, !7, !20}
!51 = distinct !{!51, !7, !20}
!52 = distinct !{!52, !7, !20}
!53 = distinct !{!53, !7, !37}
!54 = distinct !{!54, !7, !20}
!55 = distinct !{!55, !7, !20}
!56 = distinct !{!56, !7}
!57 = distinct !{!57, !7, !20}
!58 = distinct !{!58, !7, !20}
!59 = distinct !{!59, !7, !20}
!60 = distinct !{!60, !7, !20}
!61 = distinct !{!61, !7, !37}
!62 = distinct !{!62, !7, !20}
!63 = distinct !{!63, !7, !20}
!64 = distinct !{!64, !7}
!65 = distinct !{!65, !7, !20}
!66 = distinct !{!66, !7, !20}
!67 = distinct !{!67, !7, !20}
!68 = distinct !{!68, !7, !20}
!69 = distinct !{!69, !7, !37}
!70 = distinct !{!70, !7, !20}
!71 = distinct !{!71, !7, !20}
!72 = distinct !{!72, !7}
!73 = distinct !{!73, !7, !20}
!74 = distinct !{!74, !7, !20}
!75 = distinct !{!75, !7, !20}
!76 = distinct !{!76, !7, !20}
!77 = distinct !{!77, !7, !37}
!78 = distinct !{!78, !7, !20}
!79 = distinct !{!79, !7, !20}
!80 = distinct !{!80, !7}
!81 = distinct !{!81, !7, !20}
!82 = distinct !{!82, !7, !20}
!83 = distinct !{!83, !7, !20}
!84 = distinct !{!84, !7, !20}
!85 = distinct !{!85, !7, !37}
!86 = distinct !{!86, !7, !20}
!87 = distinct !{!87, !7, !20}
!88 = distinct !{!88, !7}
!89 = distinct !{!89, !7, !20}
!90 = distinct !{!90, !7, !20}
!91 = distinct !{!91, !7, !20}
!92 = distinct !{!92, !7, !20}
!93 = distinct !{!93, !7, !37}
!94 = distinct !{!94, !7, !20}
!95 = distinct !{!95, !7, !20}
!96 = distinct !{!96, !7}
!97 = distinct !{!97, !7, !20}
!98 = distinct !{!98, !7, !20}
